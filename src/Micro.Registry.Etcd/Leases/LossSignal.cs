using System.Diagnostics.CodeAnalysis;

namespace Micro.Registry.Etcd.Leases;

/// <summary>The promise behind one registration: fires when one of its nodes is lost.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source owns no timer, and its token is in use as long as its holders like.")]
internal sealed class LossSignal(IEnumerable<string> ids)
{
    private readonly CancellationTokenSource _lost = new();
    private readonly HashSet<string> _ids = [.. ids];

    public CancellationToken Token => _lost.Token;

    /// <summary>A promise that was broken once is of no use to a later registration.</summary>
    public bool IsFired => _lost.IsCancellationRequested;

    public bool Covers(IEnumerable<string> ids) => _ids.SetEquals(ids);

    /// <summary>Runs what waits for the loss on the pool; who finds out must not wait for it.</summary>
    public void Fire() => _ = _lost.CancelAsync();
}
