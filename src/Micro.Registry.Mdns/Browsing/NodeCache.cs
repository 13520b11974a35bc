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
    private readonly Dictionary<IPAddress, int> _perSource = [];
    private long _bytes;

    public IReadOnlyCollection<CachedNode> All => _byInstance.Values;

    public IReadOnlyCollection<string> Services => _byService.Keys;

    public CachedNode? Find(string instance) => _byInstance.GetValueOrDefault(instance);

    public IReadOnlyCollection<CachedNode> Of(string service) => _byService.TryGetValue(service, out var nodes) ? nodes : [];

    public bool TryAdd(CachedNode node)
    {
        var source = node.Sources[0];
        if (_byInstance.Count >= limits.MaxNodes
            || Of(node.Record.Name).Count >= limits.MaxNodesPerService
            || _perSource.GetValueOrDefault(source) >= limits.MaxNodesPerSource
            || _bytes + node.Bytes > MaxBytes
            || !_byInstance.TryAdd(node.Instance, node))
        {
            return false;
        }

        if (!_byService.TryGetValue(node.Record.Name, out var nodes))
        {
            _byService[node.Record.Name] = nodes = [];
        }

        nodes.Add(node);
        _perSource[source] = _perSource.GetValueOrDefault(source) + 1;
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

        if (--_perSource[node.Sources[0]] == 0)
        {
            _perSource.Remove(node.Sources[0]);
        }
    }
}
