using Micro.Selection.Ejection;

namespace Micro.Selection.Snapshots;

/// <summary>The filtered nodes of a snapshot, ready to pick from. Immutable except for its view of excluded nodes.</summary>
internal sealed class CandidateSet(HealthTable? health)
{
    private volatile HealthView? _view;

    public required SelectOptions Options { get; init; }

    /// <summary>The listed nodes, by version and id.</summary>
    public required Candidates Listed { get; init; }

    /// <summary>Vanished nodes as a last resort.</summary>
    public required Candidates Suspects { get; init; }

    /// <summary>By index, the time at which a suspect expires.</summary>
    public required long[] SuspectsUntil { get; init; }

    public required INodePicker Picker { get; init; }

    /// <summary>The listed nodes to choose from; empty when all are excluded.</summary>
    public Candidates Usable => health is { EjectedCount: > 0 } ? View(health).Usable : Listed;

    /// <summary>The listed nodes without those that have never answered, where anybody can announce nodes.</summary>
    public Candidates Known => health is { EjectedCount: > 0 } ? View(health).Known : Listed;

    /// <summary>The nodes that have never answered a call: those that passed a check, then unchecked ones, then failed ones.</summary>
    public IReadOnlyList<Candidates> Newcomers => health is { EjectedCount: > 0 } ? View(health).Newcomers : [];

    /// <summary>Computes the usable nodes in advance when nodes are excluded; called before the set is shared.</summary>
    public void Prepare()
    {
        if (health is { EjectedCount: > 0 })
        {
            View(health);
        }
    }

    /// <summary>Picks a node whose pause is over, for the one request that probes it.</summary>
    public bool TryPickProbe(TimeProvider time, out NodePick pick)
    {
        pick = default;
        if (health is not { EjectedCount: > 0 })
        {
            return false;
        }

        var excluded = View(health).LeftOut;
        if (excluded.Count == 0)
        {
            return false;
        }

        var now = time.GetTimestamp();
        for (var index = 0; index < excluded.Count; index++)
        {
            var node = excluded.Reporters[index].Health;
            if (health.TryClaimProbe(node, now))
            {
                pick = excluded[index] with { IsProbe = node.ProvenAt is null && node.Doublings >= 0 };
                return true;
            }
        }

        return false;
    }

    /// <summary>Computed once after each ejection and return, so that picks in between allocate nothing.</summary>
    private HealthView View(HealthTable table)
    {
        var generation = table.Generation;
        var view = _view;
        return view is not null && view.Generation == generation
            ? view
            : _view = new HealthView(
                generation,
                Listed.Where(index => HealthOf(index).State == NodeHealthState.InUse),
                Listed.Where(index => HealthOf(index).State != NodeHealthState.InUse),
                Listed.Where(index => !HealthOf(index).IsNewcomer),
                [
                    Listed.Where(index => HealthOf(index) is { IsNewcomer: true, HasFailed: false, AwaitsCheck: false }),
                    Listed.Where(index => HealthOf(index) is { IsNewcomer: true, HasFailed: false, AwaitsCheck: true }),
                    Listed.Where(index => HealthOf(index) is { IsNewcomer: true, HasFailed: true }),
                ]);
    }

    private NodeHealth HealthOf(int index) => Listed.Reporters[index].Health;

    private sealed record HealthView(
        long Generation, Candidates Usable, Candidates LeftOut, Candidates Known, IReadOnlyList<Candidates> Newcomers);
}
