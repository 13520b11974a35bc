using System.Diagnostics.CodeAnalysis;

namespace Micro.Registry;

/// <summary>The promise behind one <see cref="Registration"/>: fires when one of its nodes is lost.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The source owns no timer, and its token is in use as long as its holders like.")]
internal sealed class MemoryLease(ServiceRecord service)
{
    private readonly CancellationTokenSource _lost = new();
    private readonly HashSet<string> _ids = [.. service.Nodes.Select(node => node.Id)];

    public Registration For(ServiceRecord registered) => new(registered, _lost.Token);

    public bool Covers(ServiceRecord registered) => _ids.SetEquals(registered.Nodes.Select(node => node.Id));

    /// <summary>Runs what waits for the loss; call it outside of locks.</summary>
    public void Fire() => _lost.Cancel();
}
