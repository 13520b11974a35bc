using System.Net;
using Micro.Registry.Mdns.Dns;

namespace Micro.Registry.Mdns.Responding;

/// <summary>
/// Lets one answer per second through for each source address, port and question, so that a forged source cannot turn
/// the responder into an amplifier, while several Go peers on one host (each with a port of its own) are all answered.
/// </summary>
internal sealed class AnswerLimiter(TimeProvider time)
{
    public const int MaxEntries = 1024;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(IPAddress Address, int Port, string Name, DnsType Type), long> _answered = [];
    private long? _purged;

    public bool TryTake(IPEndPoint asker, DnsQuestion question)
    {
        var key = (asker.Address, asker.Port, question.Name, question.Type);
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (_answered.TryGetValue(key, out var last))
            {
                if (time.GetElapsedTime(last, now) < Window)
                {
                    return false;
                }
            }
            else if (_answered.Count >= MaxEntries && !TryPurge(now))
            {
                return false;
            }

            _answered[key] = now;
            return true;
        }
    }

    private bool TryPurge(long now)
    {
        // Purging walks all entries, so under a flood it happens ten times a second at most.
        if (_purged is { } purged && time.GetElapsedTime(purged, now) < Window / 10)
        {
            return false;
        }

        _purged = now;
        foreach (var (key, last) in _answered)
        {
            if (time.GetElapsedTime(last, now) >= Window)
            {
                _answered.Remove(key);
            }
        }

        return _answered.Count < MaxEntries;
    }
}
