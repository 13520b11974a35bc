namespace Micro.Registry.Mdns.Responding;

/// <summary>Everything published, found by question name. Immutable: changes swap the whole table.</summary>
internal sealed class PublishedTable
{
    public static readonly PublishedTable Empty = new([]);

    private readonly Dictionary<string, List<PublishedNode>> _byName = new(StringComparer.Ordinal);

    private PublishedTable(IReadOnlyList<PublishedNode> nodes)
    {
        Nodes = nodes;
        foreach (var node in nodes)
        {
            Add(node.Records.Question, node);
            Add(node.Records.Instance, node);
        }
    }

    public IReadOnlyList<PublishedNode> Nodes { get; }

    public IReadOnlyList<PublishedNode> Find(string name) => _byName.TryGetValue(name, out var nodes) ? nodes : [];

    public PublishedNode? FindInstance(string instance) => Find(instance).FirstOrDefault(node => node.Records.Instance == instance);

    /// <summary>Finds what an owner published under a name, also when a conflict gave it another one.</summary>
    public PublishedNode? FindClaim(object owner, string claim) =>
        Nodes.FirstOrDefault(node => node.Record is not null && node.Claim == claim && ReferenceEquals(node.Owner, owner));

    public PublishedTable With(PublishedNode added) =>
        new([.. Nodes.Where(node => node.Records.Instance != added.Records.Instance), added]);

    public PublishedTable Without(string instance) => new([.. Nodes.Where(node => node.Records.Instance != instance)]);

    private void Add(string name, PublishedNode node)
    {
        if (!_byName.TryGetValue(name, out var nodes))
        {
            _byName[name] = nodes = [];
        }

        nodes.Add(node);
    }
}
