using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd.Records;

/// <summary>Counts values that cannot be used and logs each key once, few in all, so that nobody can fill the log.</summary>
internal sealed class SkippedKeys(TimeProvider time, ILogger logger)
{
    private const int MaxRemembered = 1024;
    private const int MaxPerMinute = 10;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);
    private long? _minuteStart;
    private int _inMinute;
    private long _count;

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

        EtcdRegistry.Log.ValueSkipped(logger, key.Length > 300 ? key[..300] : key, problem);
    }
}
