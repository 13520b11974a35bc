namespace Micro.Registry.Kit;

/// <summary>Keeps two operations on one node id apart without keeping a lock per id.</summary>
internal sealed class KeyedLock : IDisposable
{
    private readonly SemaphoreSlim[] _stripes = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public async Task<T> RunAsync<T>(string key, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var stripe = _stripes[(uint)string.GetHashCode(key, StringComparison.Ordinal) % (uint)_stripes.Length];
        await stripe.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            stripe.Release();
        }
    }

    public void Dispose()
    {
        // No wait handle is ever asked for, so operations that still run do not notice.
        foreach (var stripe in _stripes)
        {
            stripe.Dispose();
        }
    }
}
