using Micro.Registry;
using Micro.Selection;
using Micro.Testing;
using Micro.Transport;

namespace Micro.Client;

/// <summary>Tests attempts at a silent node: the node is checked, and another one is tried if allowed: R5, R30.</summary>
public sealed class SilentNodeTests : IAsyncLifetime
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(400);

    private readonly ManualTimeProvider _time = new();
    private readonly AskingSelector _selector = new();
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ScriptedServer _silent = null!;
    private ScriptedServer _other = null!;
    private RpcClient? _client;

    public Task InitializeAsync()
    {
        _silent = new ScriptedServer(async (socket, _) =>
        {
            await socket.ReadAsync(60);
            _received.TrySetResult();
            await _answer.Task;
            await socket.SendReplyAsync("\"late\"");
        });
        _other = ScriptedServer.Answering("\"other\"");
        _selector.Nodes = [NodeOf("silent", _silent.Address), NodeOf("other", _other.Address)];
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _answer.TrySetResult();
        await (_client?.DisposeAsync() ?? default);
        await _silent.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task Call_NodeDoesNotAnswerACheck_IdempotentCallGoesElsewhereBeforeItsTimeout()
    {
        var call = CallAsync(isIdempotent: true);
        await _received.Task;
        _time.Advance(Look - TimeSpan.FromMilliseconds(50));
        _selector.Asked.Should().BeEmpty();

        _time.Advance(TimeSpan.FromMilliseconds(50));

        (await call.WaitAsync(TimeSpan.FromSeconds(20))).Should().Be("other");
        _selector.Asked.Should().Equal("silent");
        _selector.Failures.Should().Equal(ErrorKind.Timeout);
    }

    [Fact]
    public async Task Call_NodeDoesNotAnswerACheck_OtherCallsWaitForTheirReply()
    {
        var call = CallAsync(isIdempotent: false);
        await _received.Task;
        _time.Advance(Look);
        await Eventually.TrueAsync(() => _selector.Asked.Count == 1, "the node is asked");
        _time.Advance(TimeSpan.FromSeconds(3));
        _answer.SetResult();

        (await call.WaitAsync(TimeSpan.FromSeconds(20))).Should().Be("late");
        _selector.Asked.Should().HaveCount(1);
    }

    [Fact]
    public async Task Call_NodeAnswersTheCheck_HandlerIsJustSlow()
    {
        _selector.IsAlive = true;
        var call = CallAsync(isIdempotent: true);
        await _received.Task;
        for (var look = 1; look <= 3; look++)
        {
            await _time.StepUntilAsync(() => _selector.Asked.Count == look, "the node is asked", TimeSpan.FromMilliseconds(100));
        }

        _answer.SetResult();

        (await call.WaitAsync(TimeSpan.FromSeconds(20))).Should().Be("late");
    }

    [Fact]
    public async Task Call_NoRetryIsLeft_IsNotAbandoned()
    {
        var call = CallAsync(isIdempotent: true, retries: 0);
        await _received.Task;
        _time.Advance(Look);
        await Eventually.TrueAsync(() => _selector.Asked.Count == 1, "the node is asked");
        _answer.SetResult();

        (await call.WaitAsync(TimeSpan.FromSeconds(20))).Should().Be("late");
    }

    [Fact]
    public async Task Call_BudgetIsSpent_GoesElsewhereOnceItAllows_R18()
    {
        var started = _time.GetTimestamp();
        var call = CallAsync(isIdempotent: true, configure: static options => (options.RetryBudgetRatio, options.RetryBudgetFloor) = (0.1, 0));
        await _received.Task;
        _time.Advance(Look);
        await Eventually.TrueAsync(() => _selector.Asked.Count == 1, "the node is asked");
        call.IsCompleted.Should().BeFalse("a tenth of one call pays for no retry");

        for (var number = 0; number < 10; number++)
        {
            await CallAsync(isIdempotent: true, filter: "other");
        }

        await _time.StepUntilAsync(() => call.IsCompleted, "the call goes elsewhere", TimeSpan.FromMilliseconds(100));
        (await call).Should().Be("other");
        _time.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(4));
    }

    private static Node NodeOf(string id, string address) =>
        new() { Id = id, Address = address, Metadata = new Dictionary<string, string> { [ProtocolNames.MetadataKey] = "mucp" } };

    private Task<string> CallAsync(bool isIdempotent, int? retries = null, string? filter = null, Action<ClientOptions>? configure = null)
    {
        if (_client is null)
        {
            var options = new ClientOptions { TimeProvider = _time, Selector = _selector, Backoff = BackoffPolicies.None };
            configure?.Invoke(options);
            _client = new RpcClient(options, _ => throw new InvalidOperationException("the selector is given"));
        }

        _selector.Only = filter;
        return _client.CallAsync<string, string>("test", "Test.Echo", "x", new CallOptions { Idempotent = isIdempotent, Retries = retries });
    }

    /// <summary>Picks the nodes in turn, with scripted check results.</summary>
    private sealed class AskingSelector : ISelector
    {
        private readonly Lock _gate = new();
        private readonly List<string> _asked = [];
        private readonly List<ErrorKind> _failures = [];

        public string Name => "suspicious";

        public IReadOnlyList<Node> Nodes { get; set; } = [];

        public string? Only { get; set; }

        public bool IsAlive { get; set; }

        public List<string> Asked => Copy(_asked);

        public List<ErrorKind> Failures => Copy(_failures);

        public ValueTask<NodePick> PickAsync(string service, SelectOptions options, AttemptedNodes? attempted = null, CancellationToken cancellationToken = default)
        {
            var node = Nodes.First(node => attempted?.Contains(node) != true && (Only is null || node.Id == Only));
            return ValueTask.FromResult(new NodePick(node, new Picker(this, node)));
        }

        public Task RefreshAsync(string service, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Endpoint? FindEndpoint(string service, string endpoint) => null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private List<T> Copy<T>(List<T> list)
        {
            lock (_gate)
            {
                return [.. list];
            }
        }

        private sealed class Picker(AskingSelector owner, Node node) : INodePicker, ISilentNodeCheck
        {
            public TimeSpan Patience => Look;

            public int Pick(ReadOnlySpan<Node> nodes) => 0;

            public Task<bool> CheckAsync()
            {
                lock (owner._gate)
                {
                    // A verdict is asked for again, a node is not.
                    if (owner.IsAlive || !owner._asked.Contains(node.Id))
                    {
                        owner._asked.Add(node.Id);
                    }
                }

                return Task.FromResult(owner.IsAlive);
            }

            public void Complete(Node node, in AttemptOutcome outcome)
            {
                lock (owner._gate)
                {
                    if (!outcome.Succeeded)
                    {
                        owner._failures.Add(outcome.Failure);
                    }
                }
            }
        }
    }
}
