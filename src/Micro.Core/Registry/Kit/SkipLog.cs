namespace Micro.Registry.Kit;

/// <summary>
/// Counts records that cannot be used, and logs each of them once and few in all, so that nobody who writes to a registry can fill
/// the log. Safe for concurrent use.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="log">Logs one record: what it is called in the registry, and what is wrong with it.</param>
internal sealed class SkipLog(TimeProvider time, Action<string, string> log)
{
    private const int MaxRemembered = 1024;
    private const int MaxPerMinute = 10;
    private const int MaxKeyLength = 300;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);
    private long? _minuteStart;
    private int _inMinute;
    private long _count;

    /// <summary>Gets the number of records that were skipped, each as often as it was read.</summary>
    public long Count => Interlocked.Read(ref _count);

    public void Skip(string key, string problem)
    {
        Interlocked.Increment(ref _count);
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_minuteStart is not { } start || time.GetElapsedTime(start, now) >= TimeSpan.FromMinutes(1))
            {
                _minuteStart = now;
                _inMinute = 0;
            }

            if (_inMinute >= MaxPerMinute || _logged.Count >= MaxRemembered || !_logged.Add(key))
            {
                return;
            }

            _inMinute++;
        }

        log(key.Length > MaxKeyLength ? key[..MaxKeyLength] : key, problem);
    }
}
