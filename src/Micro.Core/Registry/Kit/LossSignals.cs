using Microsoft.Extensions.Logging;

namespace Micro.Registry.Kit;

/// <summary>The signals of the registrations that one node belongs to. Safe for concurrent use.</summary>
internal sealed class LossSignals
{
    private readonly Lock _gate = new();
    private readonly List<LossSignal> _signals = [];

    /// <summary>Returns the signal of exactly these nodes: a heartbeat gets the existing one, so heartbeats add nothing.</summary>
    public LossSignal? Find(IEnumerable<string> ids)
    {
        lock (_gate)
        {
            return _signals.Find(signal => !signal.IsFired && signal.Covers(ids));
        }
    }

    /// <summary>Adds a signal, unless it is there or has fired: one that fired while its record was written serves no later one.</summary>
    public void Add(LossSignal signal)
    {
        lock (_gate)
        {
            if (!signal.IsFired && !_signals.Contains(signal))
            {
                _signals.Add(signal);
            }
        }
    }

    /// <summary>Fires and forgets all of them.</summary>
    public void Fire(ILogger logger)
    {
        LossSignal[] signals;
        lock (_gate)
        {
            signals = [.. _signals];
            _signals.Clear();
        }

        foreach (var signal in signals)
        {
            signal.Fire(logger);
        }
    }
}
