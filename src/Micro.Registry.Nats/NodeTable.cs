namespace Micro.Registry.Nats;

/// <summary>
/// The nodes that this process has heard of, its own included, each until its lifetime is over. NATS stores nothing, so this is
/// what watches and the end of queries go by. Safe for concurrent use.
/// </summary>
internal sealed class NodeTable(TimeProvider time, TimeSpan defaultTtl)
{
    /// <summary>The most nodes that are kept: whoever may publish must not fill the memory.</summary>
    private const int MaxNodes = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, Entry>> _services = new(StringComparer.Ordinal);
    private readonly List<Action<string?>> _listeners = [];
    private int _count;

    /// <summary>
    /// Adds a listener. It receives the name of each service that changes, or <see langword="null"/> when changes may have been missed,
    /// on the thread that makes the change.
    /// </summary>
    public void Listen(Action<string?> listener)
    {
        lock (_gate)
        {
            _listeners.Add(listener);
        }
    }

    public void Unlisten(Action<string?> listener)
    {
        lock (_gate)
        {
            _listeners.Remove(listener);
        }
    }

    /// <summary>Stores the nodes of a record as alive now.</summary>
    /// <param name="record">The record.</param>
    /// <param name="ttl">Their lifetime; zero for no end, <see langword="null"/> for the default.</param>
    public void Set(ServiceRecord record, TimeSpan? ttl)
    {
        var isChanged = false;
        lock (_gate)
        {
            foreach (var node in record.Nodes)
            {
                isChanged |= Set(record with { Nodes = [node] }, node.Id, ttl ?? defaultTtl);
            }
        }

        if (isChanged)
        {
            Tell(record.Name);
        }
    }

    public void Remove(ServiceRecord record)
    {
        var isChanged = false;
        lock (_gate)
        {
            foreach (var node in record.Nodes)
            {
                isChanged |= Remove(record.Name, node.Id);
            }
        }

        if (isChanged)
        {
            Tell(record.Name);
        }
    }

    /// <summary>Removes the nodes whose lifetime is over.</summary>
    public void Expire()
    {
        List<string> changed = [];
        lock (_gate)
        {
            foreach (var (service, nodes) in _services.ToArray())
            {
                foreach (var (id, _) in nodes.Where(node => node.Value.Ttl > TimeSpan.Zero && time.GetElapsedTime(node.Value.HeardAt) >= node.Value.Ttl).ToArray())
                {
                    Remove(service, id);
                    changed.Add(service);
                }
            }
        }

        foreach (var service in changed.Distinct(StringComparer.Ordinal))
        {
            Tell(service);
        }
    }

    /// <summary>Restarts every lifetime, because no node could be received while the server was down.</summary>
    public void Refresh()
    {
        lock (_gate)
        {
            foreach (var nodes in _services.Values)
            {
                foreach (var (id, entry) in nodes.ToArray())
                {
                    nodes[id] = entry with { HeardAt = time.GetTimestamp() };
                }
            }
        }
    }

    /// <summary>Returns a record for each node of a service, of all services with <see langword="null"/>.</summary>
    public List<ServiceRecord> Read(string? service)
    {
        lock (_gate)
        {
            return service is null
                ? [.. _services.Values.SelectMany(static nodes => nodes.Values).Select(static entry => entry.Record)]
                : _services.TryGetValue(service, out var nodes) ? [.. nodes.Values.Select(static entry => entry.Record)] : [];
        }
    }

    private bool Set(ServiceRecord record, string id, TimeSpan ttl)
    {
        if (!_services.TryGetValue(record.Name, out var nodes))
        {
            _services.Add(record.Name, nodes = new Dictionary<string, Entry>(StringComparer.Ordinal));
        }

        var isKnown = nodes.TryGetValue(id, out var known);
        if (!isKnown && _count >= MaxNodes)
        {
            return false;
        }

        _count += isKnown ? 0 : 1;
        nodes[id] = new Entry(record, ttl, time.GetTimestamp());
        return !isKnown || !known!.Record.Equals(record);
    }

    private bool Remove(string service, string id)
    {
        if (!_services.TryGetValue(service, out var nodes) || !nodes.Remove(id))
        {
            return false;
        }

        _count--;
        if (nodes.Count == 0)
        {
            _services.Remove(service);
        }

        return true;
    }

    public void Tell(string? service)
    {
        Action<string?>[] listeners;
        lock (_gate)
        {
            listeners = [.. _listeners];
        }

        foreach (var listener in listeners)
        {
            listener(service);
        }
    }

    private sealed record Entry(ServiceRecord Record, TimeSpan Ttl, long HeardAt);
}
