namespace Micro.Selection;

/// <summary>What all snapshots of one service share.</summary>
internal sealed class SnapshotContext
{
    public required string Service { get; init; }

    public required PickerTable Pickers { get; init; }

    public required TimeProvider Time { get; init; }

    public required int MaxFilterSets { get; init; }

    /// <summary>Forgets a suspect that turned out to be dead.</summary>
    public required Action<Registry.Node> DropSuspect { get; init; }
}
