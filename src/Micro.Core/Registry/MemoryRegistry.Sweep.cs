namespace Micro.Registry;

/// <content>Ends the registrations that nobody renewed.</content>
internal sealed partial class MemoryRegistry
{
    /// <summary>Arms the timer once; it runs only while there are nodes with a lifetime.</summary>
    private void ArmSweep()
    {
        if (!_sweeping)
        {
            _sweeping = true;
            _sweep.Change(_options.SweepInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void Sweep()
    {
        var lost = new List<MemoryLease>();
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            var now = _time.GetTimestamp();
            foreach (var (name, stored) in _services.ToArray())
            {
                Expire(name, stored, now, lost);
            }

            _sweeping = false;
            if (_services.Values.Any(stored => stored.Nodes.Values.Any(node => node.Ttl > TimeSpan.Zero)))
            {
                ArmSweep();
            }
        }

        Fire(lost);
    }

    private void Expire(string name, MemoryService stored, long now, List<MemoryLease> lost)
    {
        var expired = stored.Nodes
            .Where(entry => entry.Value.Ttl > TimeSpan.Zero && _time.GetElapsedTime(entry.Value.LastSeen, now) >= entry.Value.Ttl)
            .ToArray();
        foreach (var (id, node) in expired)
        {
            stored.Nodes.Remove(id);
            lost.AddRange(node.Leases);
            LogNodeExpired(_logger, name, id, node.Ttl);
        }

        if (expired.Length > 0)
        {
            Publish(name, stored);
        }
    }

    private void Fire(IEnumerable<MemoryLease> leases)
    {
        foreach (var lease in leases)
        {
            try
            {
                lease.Fire();
            }
            catch (AggregateException error)
            {
                // Callbacks of a registration's owner must not stop the sweep or the next owner's notice.
                LogLostCallbackFailed(_logger, error);
            }
        }
    }
}
