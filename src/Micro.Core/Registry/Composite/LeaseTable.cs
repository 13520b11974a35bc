namespace Micro.Registry.Composite;

/// <summary>The records that a composite registry registered and nobody has withdrawn.</summary>
internal sealed class LeaseTable(CompositeContext context, CancellationToken disposed)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<CompositeLease>> _leases = new(StringComparer.Ordinal);

    /// <summary>The lease of exactly these nodes: a renewal gets the one it has, so heartbeats add nothing.</summary>
    public CompositeLease Hold(ServiceRecord service)
    {
        string[] ids = [.. service.Nodes.Select(static node => node.Id)];
        lock (_gate)
        {
            if (!_leases.TryGetValue(service.Name, out var leases))
            {
                _leases.Add(service.Name, leases = []);
            }

            var lease = leases.Find(held => held.Covers(ids));
            if (lease is null)
            {
                leases.Add(lease = new CompositeLease(service, context, disposed));
            }

            return lease;
        }
    }

    /// <summary>Forgets nodes that are withdrawn.</summary>
    /// <returns>The leases that held them, in the order of their age.</returns>
    public IReadOnlyList<CompositeLease> Withdraw(ServiceRecord service)
    {
        string[] ids = [.. service.Nodes.Select(static node => node.Id)];
        var touched = new List<CompositeLease>();
        var empty = new HashSet<CompositeLease>();
        lock (_gate)
        {
            if (!_leases.TryGetValue(service.Name, out var leases))
            {
                return [];
            }

            foreach (var lease in leases)
            {
                var (isTouched, isEmpty) = lease.Remove(ids);
                if (isTouched)
                {
                    touched.Add(lease);
                }

                if (isEmpty)
                {
                    empty.Add(lease);
                }
            }

            leases.RemoveAll(empty.Contains);
            if (leases.Count == 0)
            {
                _leases.Remove(service.Name);
            }
        }

        foreach (var lease in empty)
        {
            lease.Release();
        }

        return touched;
    }
}
