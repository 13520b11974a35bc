using System.Net;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>
/// The nodes that are known, within limits. A full cache refuses newcomers and never evicts what it has. Not safe for
/// concurrent use.
/// </summary>
internal sealed class NodeCache(MdnsRegistryOptions limits)
{
    /// <summary>Most bytes of unpacked records in all.</summary>
    public const long MaxBytes = 24 * 1024 * 1024;

    private readonly Dictionary<string, CachedNode> _byInstance = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<CachedNode>> _byService = new(StringComparer.Ordinal);
    /// <summary>One source is remembered with so many times its limit for one service.</summary>
    private const int FullServicesPerSource = 4;

    private readonly Dictionary<IPAddress, int> _perSource = [];
    private readonly Dictionary<(IPAddress Source, string Service), int> _perSourceAndService = [];
    private long _bytes;

    public IReadOnlyCollection<CachedNode> All => _byInstance.Values;

    public IReadOnlyCollection<string> Services => _byService.Keys;

    public CachedNode? Find(string instance) => _byInstance.GetValueOrDefault(instance);

    public IReadOnlyCollection<CachedNode> Of(string service) => _byService.TryGetValue(service, out var nodes) ? nodes : [];

    /// <summary>Returns whether one more node of a service has a place, whatever its size.</summary>
    public bool HasRoom(string service, IPAddress source) =>
        _byInstance.Count < limits.MaxNodes
        && Of(service).Count < limits.MaxNodesPerService
        && _perSource.GetValueOrDefault(source) < (long)limits.MaxNodesPerSource * FullServicesPerSource;

    /// <summary>Returns whether a source has announced as many nodes of a service as it may.</summary>
    public bool IsSpent(IPAddress source, string service) =>
        _perSourceAndService.GetValueOrDefault((source, service)) >= limits.MaxNodesPerSource;

    public bool TryAdd(CachedNode node)
    {
        var source = node.Source;
        var service = node.Record.Name;
        if (!HasRoom(service, source) || IsSpent(source, service) || _bytes + node.Bytes > MaxBytes || !_byInstance.TryAdd(node.Instance, node))
        {
            return false;
        }

        if (!_byService.TryGetValue(service, out var nodes))
        {
            _byService[service] = nodes = [];
        }

        nodes.Add(node);
        Count(node);
        _bytes += node.Bytes;
        return true;
    }

    /// <summary>Accounts for a changed record; false, and nothing is changed, when there is no room for it.</summary>
    public bool TryResize(CachedNode node, int bytes)
    {
        if (_bytes - node.Bytes + bytes > MaxBytes)
        {
            return false;
        }

        _bytes += bytes - node.Bytes;
        node.Bytes = bytes;
        return true;
    }

    public void Remove(CachedNode node)
    {
        if (!_byInstance.Remove(node.Instance))
        {
            return;
        }

        _bytes -= node.Bytes;
        var nodes = _byService[node.Record.Name];
        nodes.Remove(node);
        if (nodes.Count == 0)
        {
            _byService.Remove(node.Record.Name);
        }

        Discount(node);
    }

    /// <summary>Charges another source for a node.</summary>
    public void Charge(CachedNode node, IPAddress source)
    {
        if (!node.Source.Equals(source))
        {
            Discount(node);
            node.Source = source;
            Count(node);
        }
    }

    private void Count(CachedNode node)
    {
        var key = (node.Source, node.Record.Name);
        _perSource[node.Source] = _perSource.GetValueOrDefault(node.Source) + 1;
        _perSourceAndService[key] = _perSourceAndService.GetValueOrDefault(key) + 1;
    }

    private void Discount(CachedNode node)
    {
        Decrement(_perSource, node.Source);
        Decrement(_perSourceAndService, (node.Source, node.Record.Name));
    }

    private static void Decrement<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull
    {
        if (--counts[key] == 0)
        {
            counts.Remove(key);
        }
    }
}
