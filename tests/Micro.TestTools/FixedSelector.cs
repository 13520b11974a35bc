using System.Collections.Concurrent;
using Micro.Registry;
using Micro.Selection;

namespace Micro.TestTools;

/// <summary>A selector over a fixed list: the first node that the call has not tried, else the first. Keeps what it hears.</summary>
public sealed class FixedSelector(params string[] addresses) : ISelector, INodePicker
{
    private int _refreshes;
    private int _picks;

    public string Name => "fixed";

    public IReadOnlyList<Node> Nodes { get; set; } =
        [.. addresses.Select((address, index) => new Node { Id = $"node-{index}", Address = address })];

    /// <summary>Outcomes reported by calls, with the node's id.</summary>
    public ConcurrentQueue<(string NodeId, AttemptOutcome Outcome)> Outcomes { get; } = new();

    /// <summary>Thrown by picks while set.</summary>
    public Func<Exception>? PickError { get; set; }

    /// <summary>Runs on each refresh.</summary>
    public Action? OnRefresh { get; set; }

    /// <summary>Picks wait for it while set.</summary>
    public TaskCompletionSource? Gate { get; set; }

    public Endpoint? Endpoint { get; set; }

    public int Refreshes => Volatile.Read(ref _refreshes);

    public int Picks => Volatile.Read(ref _picks);

    public async ValueTask<NodePick> PickAsync(string service, SelectOptions options, AttemptedNodes? attempted = null, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _picks);
        if (Gate is { } gate)
        {
            await gate.Task.WaitAsync(cancellationToken);
        }

        if (PickError is { } error)
        {
            throw error();
        }

        return new NodePick(Nodes.FirstOrDefault(node => attempted?.Contains(node) != true) ?? Nodes[0], this);
    }

    public Task RefreshAsync(string service, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _refreshes);
        OnRefresh?.Invoke();
        return Task.CompletedTask;
    }

    public Endpoint? FindEndpoint(string service, string endpoint) => Endpoint;

    int INodePicker.Pick(ReadOnlySpan<Node> nodes) => 0;

    void INodePicker.Complete(Node node, in AttemptOutcome outcome) => Outcomes.Enqueue((node.Id, outcome));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
