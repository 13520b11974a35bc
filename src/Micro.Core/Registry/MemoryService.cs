using Micro.Registry.Kit;

namespace Micro.Registry;

/// <summary>The nodes of one service name and the records made of them. Guarded by the registry's lock.</summary>
internal sealed class MemoryService
{
    public Dictionary<string, MemoryNode> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>What readers get: immutable, renewed by <see cref="Rebuild"/>.</summary>
    public RecordSet Records { get; private set; } = RecordSet.Empty;

    /// <summary>Makes the records anew after a change.</summary>
    /// <returns>The events that describe the change.</returns>
    public IReadOnlyList<RegistryEvent> Rebuild()
    {
        var before = Records;
        Records = RecordSet.Create(Nodes.Values.OrderBy(node => node.Order).Select(node => node.Record));
        return before.DifferenceTo(Records);
    }
}
