using Micro.Registry;

namespace Micro.Selection;

/// <summary>What is left of a snapshot after the filters, ready to pick from. Immutable.</summary>
internal sealed class CandidateSet
{
    public required SelectOptions Options { get; init; }

    /// <summary>The listed nodes, by version and id.</summary>
    public required Node[] Nodes { get; init; }

    /// <summary>Vanished nodes as a last resort, with the time from which they do not count.</summary>
    public required Suspect[] Suspects { get; init; }

    public required INodePicker Picker { get; init; }

    /// <summary>Hears of attempts at suspects; <see langword="null"/> when there are none.</summary>
    public INodePicker? SuspectPicker { get; init; }
}
