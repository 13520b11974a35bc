using System.Runtime.CompilerServices;

namespace Micro.Registry.Kit;

/// <summary>
/// The running watches of a registry: one for each service however many read it, and one for all services. Each ends with its last
/// reader. Safe for concurrent use.
/// </summary>
/// <param name="create">Makes the watch of a service; of all with <see langword="null"/>.</param>
internal sealed class SharedWatches(Func<string?, SharedWatch> create) : IAsyncDisposable
{
    private const string All = "";

    /// <summary>The most events that wait for a slow reader; beyond it gets the difference.</summary>
    private const int Capacity = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, SharedWatch> _watches = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _disposed = new();

    /// <summary>Gets the watch of a service, of all with <see langword="null"/>, for one more reader.</summary>
    public SharedWatch Acquire(string? service)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(service ?? All, out var watch))
            {
                watch = create(service);
                _watches.Add(service ?? All, watch);
                watch.Start();
            }

            watch.Uses++;
            return watch;
        }
    }

    public async Task ReleaseAsync(SharedWatch watch)
    {
        lock (_gate)
        {
            if (--watch.Uses > 0)
            {
                return;
            }

            _watches.Remove(watch.Service ?? All);
        }

        await watch.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Reads a watch as <see cref="IRegistry.WatchAsync"/> promises; ends without an error when the registry is disposed.</summary>
    public async IAsyncEnumerable<RegistryEvent> ReadAsync(string? service, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        var watch = Acquire(service);
        var buffer = new WatchBuffer(service, Capacity);
        watch.Hub.Add(buffer);
        try
        {
            var events = buffer.ReadAllAsync(token => watch.Hub.ListAsync(buffer, token), stop.Token).GetAsyncEnumerator(CancellationToken.None);
            await using (events.ConfigureAwait(false))
            {
                while (await MovesAsync(events, cancellationToken).ConfigureAwait(false))
                {
                    yield return events.Current;
                }
            }
        }
        finally
        {
            watch.Hub.Remove(buffer);
            await ReleaseAsync(watch).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the readers and stops what still runs; readers release their watches when they notice.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        SharedWatch[] running;
        lock (_gate)
        {
            running = [.. _watches.Values];
        }

        // The one over all services may lean on the others, so it goes first.
        foreach (var watch in running.OrderBy(static watch => watch.Service is null ? 0 : 1))
        {
            await watch.StopAsync().ConfigureAwait(false);
        }
    }

    private static async Task<bool> MovesAsync(IAsyncEnumerator<RegistryEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (OperationCanceledException exception)
        {
            throw new OperationCanceledException("the watch was cancelled", exception, cancellationToken);
        }
    }
}
