using Micro.Registry.Kit;

namespace Micro.Registry;

/// <content>Removes the nodes that were not renewed in time.</content>
internal sealed partial class MemoryBackend
{
    /// <summary>Starts the timer. It runs only while there are nodes with a lifetime.</summary>
    private void ArmSweep()
    {
        if (!_isSweeping)
        {
            _isSweeping = true;
            _sweep.Change(_options.SweepInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Sweep()
    {
        var lost = new List<LossSignals>();
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested)
            {
                return;
            }

            var now = _time.GetTimestamp();
            foreach (var (name, nodes) in _services.ToArray())
            {
                Expire(name, nodes, now, lost);
            }

            _isSweeping = false;
            if (_services.Values.Any(nodes => nodes.Values.Any(node => node.Ttl > TimeSpan.Zero)))
            {
                ArmSweep();
            }
        }

        lost.ForEach(signals => signals.Fire(_logger));
    }

    private void Expire(string name, Dictionary<string, MemoryNode> nodes, long now, List<LossSignals> lost)
    {
        var expired = nodes
            .Where(entry => entry.Value.Ttl > TimeSpan.Zero && _time.GetElapsedTime(entry.Value.LastSeen, now) >= entry.Value.Ttl)
            .ToArray();
        foreach (var (id, node) in expired)
        {
            nodes.Remove(id);
            lost.Add(node.Signals);
            LogNodeExpired(_logger, name, id, node.Ttl);
        }

        if (expired.Length > 0)
        {
            Publish(name, nodes);
        }
    }
}
