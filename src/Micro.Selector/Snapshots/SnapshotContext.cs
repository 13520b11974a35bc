using Micro.Selection.Ejection;
using Micro.Selection.Services;

namespace Micro.Selection.Snapshots;

/// <summary>The state shared by all snapshots of one service.</summary>
internal sealed class SnapshotContext
{
    public required string Service { get; init; }

    public required PickerTable Pickers { get; init; }

    /// <summary>The health of the nodes; <see langword="null"/> when ejection is off.</summary>
    public required HealthTable? Health { get; init; }

    public required TimeProvider Time { get; init; }

    public required int MaxFilterSets { get; init; }

    /// <summary>The owner of the suspects; <see langword="null"/> when none are kept.</summary>
    public required ISuspectOwner? Suspects { get; init; }

    /// <param name="service">Name of the service.</param>
    /// <param name="context">State shared by all services.</param>
    /// <param name="suspects">The owner of the suspects; <see langword="null"/> when none are kept.</param>
    /// <param name="stop">Fires when the service is forgotten.</param>
    public static SnapshotContext Create(string service, SelectorContext context, ISuspectOwner? suspects, CancellationToken stop) => new()
    {
        Service = service,
        Pickers = new PickerTable(service, context.Options.Strategy, context.Options.MaxFilterSets),
        Health = context.Options.Ejection.Enabled
            ? new HealthTable(service, context, stop)
            : null,
        Time = context.Time,
        MaxFilterSets = context.Options.MaxFilterSets,
        Suspects = suspects,
    };
}
