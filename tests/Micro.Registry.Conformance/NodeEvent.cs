namespace Micro.Registry.Conformance;

/// <summary>One node of one event: registries may put several nodes into one event, tests compare them one by one.</summary>
public sealed record NodeEvent(RegistryEventKind Kind, string Version, string Id, Node? Node)
{
    public static IEnumerable<NodeEvent> Of(RegistryEvent change) =>
        change.Service is { } service
            ? service.Nodes.Select(node => new NodeEvent(change.Kind, service.Version, node.Id, node))
            : [new NodeEvent(change.Kind, "", "", null)];

    public override string ToString() => $"{Kind} {Version} {Id}";
}
