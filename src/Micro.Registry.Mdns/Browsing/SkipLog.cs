using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>Logs skipped records: once per instance, and few in all, so that a poisoned link cannot fill the log.</summary>
internal sealed class SkipLog(TimeProvider time, ILogger logger)
{
    private const int MaxRemembered = 1024;
    private const int MaxPerMinute = 10;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _logged = new(StringComparer.Ordinal);
    private long? _minuteStart;
    private int _inMinute;

    public void Skip(string instance, string problem)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_minuteStart is not { } start || time.GetElapsedTime(start, now) >= TimeSpan.FromMinutes(1))
            {
                _minuteStart = now;
                _inMinute = 0;
            }

            if (_inMinute >= MaxPerMinute || _logged.Count >= MaxRemembered || !_logged.Add(instance))
            {
                return;
            }

            _inMinute++;
        }

        MdnsRegistry.Log.RecordSkipped(logger, instance, problem);
    }
}
