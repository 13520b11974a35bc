namespace Micro.Registry.Consul.Http;

/// <summary>
/// Remembers what Consul refused to show, for 30 s: callers may ask as often as they like, a token does not get better
/// by that and the agent must not be flooded.
/// </summary>
internal sealed class DenialMemory(TimeProvider time)
{
    private const int MaxRemembered = 1024;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (RegistryDeniedException Denial, long At)> _denials = new(StringComparer.Ordinal);

    /// <exception cref="RegistryDeniedException">The same question was refused a moment ago.</exception>
    public async Task<T> AskAsync<T>(string question, Func<Task<T>> ask)
    {
        ThrowIfRemembered(question);
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (RegistryDeniedException denial)
        {
            Remember(question, denial);
            throw;
        }
    }

    private void ThrowIfRemembered(string question)
    {
        lock (_gate)
        {
            if (_denials.TryGetValue(question, out var entry))
            {
                if (time.GetElapsedTime(entry.At) < Lifetime)
                {
                    throw new RegistryDeniedException(entry.Denial.Registry, entry.Denial.Detail, entry.Denial);
                }

                _denials.Remove(question);
            }
        }
    }

    private void Remember(string question, RegistryDeniedException denial)
    {
        lock (_gate)
        {
            if (_denials.Count >= MaxRemembered)
            {
                _denials.Clear();
            }

            _denials[question] = (denial, time.GetTimestamp());
        }
    }
}
