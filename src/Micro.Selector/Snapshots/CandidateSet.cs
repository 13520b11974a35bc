using Micro.Selection.Ejection;

namespace Micro.Selection.Snapshots;

/// <summary>What is left of a snapshot after the filters, ready to pick from. Immutable but for its view of the ejected.</summary>
internal sealed class CandidateSet(HealthTable? health)
{
    private volatile HealthView? _view;

    public required SelectOptions Options { get; init; }

    /// <summary>The listed nodes, by version and id.</summary>
    public required Candidates Listed { get; init; }

    /// <summary>Vanished nodes as a last resort.</summary>
    public required Candidates Suspects { get; init; }

    /// <summary>By index, the time from which suspects do not count.</summary>
    public required long[] SuspectsUntil { get; init; }

    public required INodePicker Picker { get; init; }

    /// <summary>The listed nodes that take part in the choice; empty when all are left out.</summary>
    public Candidates Usable => health is { EjectedCount: > 0 } ? View(health).Usable : Listed;

    /// <summary>The listed nodes without those that have never answered, where anybody can announce nodes.</summary>
    public Candidates Known => health is { EjectedCount: > 0 } ? View(health).Known : Listed;

    /// <summary>The nodes that have never answered: those that live, then those of which nothing is known, then those that failed.</summary>
    public IReadOnlyList<Candidates> Newcomers => health is { EjectedCount: > 0 } ? View(health).Newcomers : [];

    /// <summary>Works out what picks would otherwise have to, when nodes are left out: called before the set is seen by any.</summary>
    public void Prepare()
    {
        if (health is { EjectedCount: > 0 })
        {
            View(health);
        }
    }

    /// <summary>Picks a node whose pause is over, for the one request that tries whether it is back.</summary>
    public bool TryPickProbe(TimeProvider time, out NodePick pick)
    {
        pick = default;
        if (health is not { EjectedCount: > 0 })
        {
            return false;
        }

        var leftOut = View(health).LeftOut;
        if (leftOut.Count == 0)
        {
            return false;
        }

        var now = time.GetTimestamp();
        for (var index = 0; index < leftOut.Count; index++)
        {
            var node = leftOut.Reporters[index].Health;
            if (health.TryClaimProbe(node, now))
            {
                pick = leftOut[index] with { IsProbe = node.ProvenAt is null && node.Doublings >= 0 };
                return true;
            }
        }

        return false;
    }

    /// <summary>Worked out once after each ejection and return, so that picks in between allocate nothing.</summary>
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
