using System.Collections.Concurrent;
using Micro.Registry;
using Micro.Selection;
using Micro.Selection.Services;
using Micro.Testing;

namespace Micro.Selector.Tests.Ejection;

/// <summary>Anybody can announce, move and remove nodes in an open registry: nodes that have answered are preferred (S5).</summary>
public sealed class NewcomerTests : IAsyncDisposable
{
    private readonly PlaceCheck _check = new();
    private readonly EjectionFixture _fixture = new(static options => options.Registry = new OpenRegistry(options.Registry!));

    public NewcomerTests() => ((IChecksNodes)_fixture.Selector).CheckWith(_check);

    public ValueTask DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task Pick_NothingHasAnsweredYet_NodesAreUsedAtOnce()
    {
        _check.Hang();
        await StartAsync(("a", "h1"), ("b", "h2"));

        (await PickedAsync()).Should().BeSubsetOf(["a@h1", "b@h2"]);
    }

    [Fact]
    public async Task Pick_StrangersFailTheCheck_AreNeverPicked_S5()
    {
        _check.Allow("h1");
        await StartAsync(("a", "h1"));
        await PickedAsync();

        await AnnounceAsync([("a", "h1"), .. Enumerable.Range(0, 50).Select(static number => ($"s{number}", $"evil{number}"))]);
        await AskedAsync(51);

        (await PickedAsync(200)).Should().Equal("a@h1");
        (await _fixture.PickAsync(Tried("a", "h1"))).Node.Address.Should().Be("h1:8080", "a second attempt at a node that works is worth more than one at a stranger");
    }

    [Fact]
    public async Task Pick_NewcomerPassesTheCheck_OneRequestIsTriedThenItIsInUse()
    {
        _check.Allow("h1");
        await StartAsync(("a", "h1"));
        await PickedAsync();
        _check.Allow("h2");
        await AnnounceAsync([("a", "h1"), ("b", "h2")]);

        NodePick pick = default;
        await Eventually.TrueAsync(async () => (pick = await _fixture.PickAsync()).Node.Id == "b", "a request is tried at b");
        for (var count = 0; count < 20; count++)
        {
            (await _fixture.PickAsync()).Node.Id.Should().Be("a", "one request at a time");
        }

        pick.IsProbe.Should().BeFalse("there are no connections of old to give up");
        pick.Complete(new AttemptOutcome(Succeeded: true, default, TimeSpan.Zero));
        (await PickedAsync()).Should().Equal("a@h1", "b@h2");
        _fixture.Inner.Log.Entries.Should().NotContain(static entry => entry.Id.Id >= 2050, "a new node is no news");
    }

    [Fact]
    public async Task Pick_WithoutLivenessCheck_OneRequestDecides()
    {
        await using var fixture = new EjectionFixture(static options => options.Registry = new OpenRegistry(options.Registry!));
        await SelectorFixture.RegisterAsync(fixture.Inner.Store, EjectionFixture.RecordOf([("a", "h1"), ("b", "h2")]));
        await fixture.Inner.WatchAsync();

        (await fixture.UsedAsync()).Should().Equal("a", "b");
    }

    [Fact]
    public async Task Pick_NodeIsMovedToAPlaceThatDoesNotAnswer_StaysWhereItAnswers_S5()
    {
        _check.Allow("h1");
        await StartAsync(("a", "h1"));
        await PickedAsync();

        await AnnounceAsync([("a", "evil")]);
        await Eventually.TrueAsync(() => _check.Asked.Contains("evil"), "the new place is asked");

        // Longer than suspects are kept: it is kept as long as it answers.
        for (var second = 0; second < 120; second++)
        {
            (await PickedAsync(5)).Should().Equal("a@h1");
            _fixture.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Pick_NodeIsMovedAndBack_StaysWhereItAnswers_S5()
    {
        _check.Allow("h1");
        await StartAsync(("a", "h1"));
        await PickedAsync();

        for (var round = 0; round < 10; round++)
        {
            await AnnounceAsync([("a", "evil")]);
            (await PickedAsync(5)).Should().Equal("a@h1");
            await AnnounceAsync([("a", "h1")]);
            (await PickedAsync(5)).Should().Equal("a@h1");
        }
    }

    [Fact]
    public async Task Pick_NodeMovesToAPlaceThatAnswers_IsCalledThere()
    {
        _check.Allow("h1");
        await StartAsync(("a", "h1"));
        await PickedAsync();
        _check.Allow("h2");

        await AnnounceAsync([("a", "h2")]);

        await Eventually.TrueAsync(async () => (await PickedAsync(5)).SequenceEqual(["a@h2"]), "a is called at h2");
    }

    [Fact]
    public async Task Pick_OldPlaceRefuses_NewOneIsCalledByTheNextAttempt()
    {
        _check.Allow("h1");
        await StartAsync(("a", "h1"));
        await PickedAsync();
        _check.Hang();
        await AnnounceAsync([("a", "h2")]);
        await Eventually.TrueAsync(() => Entry.SuspectCount == 1, "the old place is kept");

        var first = await _fixture.PickAsync();
        first.Node.Address.Should().Be("h1:8080");
        first.Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Connect, TimeSpan.Zero));

        (await _fixture.PickAsync(Tried("a", "h1"))).Node.Address.Should().Be("h2:8080");
        (await PickedAsync()).Should().Equal("a@h2");
    }

    [Fact]
    public async Task Pick_GoodbyeForAllAndAStranger_NodesThatAnsweredStayInUse_S5()
    {
        _check.Allow("h1", "h2");
        await StartAsync(("a", "h1"), ("b", "h2"));
        await Eventually.TrueAsync(async () => (await PickedAsync()).Count == 2, "both have answered");

        await _fixture.Inner.Store.DeregisterAsync(EjectionFixture.RecordOf("a"));
        await AnnounceAsync([("s", "evil"), ("b", "h2")]);
        await _fixture.Inner.Store.DeregisterAsync(EjectionFixture.RecordOf("b"));
        await Eventually.TrueAsync(() => Entry.NodeCount == 1 && Entry.SuspectCount == 2, "the stranger alone is listed");

        (await PickedAsync(100)).Should().Equal("a@h1", "b@h2");
    }

    [Fact]
    public async Task Pick_StrangersPassTheCheckAndFailRequests_FewCallsMeetThem_S5()
    {
        _check.AllowAll();
        await StartAsync(("a", "h1"));
        await PickedAsync();
        await AnnounceAsync([("a", "h1"), .. Enumerable.Range(0, 60).Select(static number => ($"s{number}", $"evil{number}"))]);
        await AskedAsync(61);

        var met = 0;
        for (var call = 0; call < 1300; call++)
        {
            var pick = await _fixture.PickAsync();
            var isStranger = pick.Node.Id != "a";
            met += isStranger ? 1 : 0;
            pick.Complete(new AttemptOutcome(!isStranger, isStranger ? ErrorKind.Broken : default, TimeSpan.Zero));
            _fixture.Time.Advance(TimeSpan.FromMilliseconds(10));
        }

        met.Should().BeInRange(1, 13, "at most one in a hundred");
    }

    [Fact]
    public async Task Pick_StrangersFailAtTheStart_OnesThatDidNotComeFirst_S5()
    {
        _check.Hang();
        await StartAsync(("s1", "evil1"), ("s2", "evil2"), ("z", "h1"));
        for (var call = 0; call < 100; call++)
        {
            var attempted = new AttemptedNodes();
            var pick = await _fixture.PickAsync(attempted);
            if (pick.Node.Id == "z")
            {
                break;
            }

            pick.Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Connect, TimeSpan.Zero));
            call.Should().BeLessThan(2, "each stranger is tried once before the one that was not");
        }
    }

    [Fact]
    public async Task Pick_ManyUnknownNodesAreExcluded_GenuineNodesStayInUse_S5()
    {
        _check.Allow("h1", "h2", "h3");
        await StartAsync(("a", "h1"), ("b", "h2"), ("c", "h3"));
        await Eventually.TrueAsync(async () => (await PickedAsync()).Count == 3, "all have answered");
        await AnnounceAsync([("a", "h1"), ("b", "h2"), ("c", "h3"), .. Enumerable.Range(0, 40).Select(static number => ($"s{number}", $"evil{number}"))]);
        await AskedAsync(43);

        await _fixture.ReportAsync("b", ErrorKind.Connect);

        (await PickedAsync()).Should().Equal("a@h1", "c@h3");
    }

    private ServiceEntry Entry => ((RegistrySelector)_fixture.Selector).Find(SelectorFixture.Service)!;

    private static AttemptedNodes Tried(string id, string host)
    {
        var tried = new AttemptedNodes();
        tried.Add(new Node { Id = id, Address = host + ":8080" });
        return tried;
    }

    private async Task StartAsync(params (string Id, string Host)[] nodes)
    {
        await SelectorFixture.RegisterAsync(_fixture.Inner.Store, EjectionFixture.RecordOf(nodes));
        await _fixture.Inner.WatchAsync();
    }

    /// <summary>Announces nodes and waits until the selector knows them.</summary>
    private async Task AnnounceAsync((string Id, string Host)[] nodes)
    {
        var version = ((RegistrySelector)_fixture.Selector).Find(SelectorFixture.Service)!.Version;
        await SelectorFixture.RegisterAsync(_fixture.Inner.Store, EjectionFixture.RecordOf(nodes));
        await Eventually.TrueAsync(() => Entry.Version > version, "the selector has taken the change in");
    }

    private Task AskedAsync(int nodes) =>
        _fixture.Inner.StepUntilAsync(() => _check.Asked.Distinct().Count() == nodes, "all were asked", TimeSpan.FromMilliseconds(20));

    /// <summary>Returns the nodes that calls reach when all succeed, sorted.</summary>
    private async Task<IReadOnlyList<string>> PickedAsync(int picks = 30)
    {
        var places = new SortedSet<string>(StringComparer.Ordinal);
        for (var count = 0; count < picks; count++)
        {
            var pick = await _fixture.PickAsync();
            places.Add($"{pick.Node.Id}@{pick.Node.Address.Split(':')[0]}");
            pick.Complete(new AttemptOutcome(Succeeded: true, default, TimeSpan.Zero));
        }

        return [.. places];
    }

    /// <summary>A registry to which anybody can add nodes.</summary>
    private sealed class OpenRegistry(IRegistry inner) : IRegistry, IOpenRegistry
    {
        public string Name => inner.Name;

        public bool IsOpen => true;

        public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) =>
            inner.RegisterAsync(service, options, cancellationToken);

        public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) => inner.DeregisterAsync(service, cancellationToken);

        public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
            inner.GetServiceAsync(name, cancellationToken);

        public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) => inner.ListServicesAsync(cancellationToken);

        public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default) =>
            inner.WatchAsync(service, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>A check that some hosts pass.</summary>
    private sealed class PlaceCheck : INodeCheck
    {
        private readonly ConcurrentDictionary<string, bool> _alive = new(StringComparer.Ordinal);
        private volatile bool _hangs;
        private volatile bool _allowsAll;

        /// <summary>The checked hosts.</summary>
        public ConcurrentQueue<string> Asked { get; } = new();

        public void Allow(params string[] hosts) => Array.ForEach(hosts, host => _alive[host] = true);

        public void AllowAll() => _allowsAll = true;

        public void Hang() => _hangs = true;

        public async Task<bool> IsAliveAsync(Node node, CancellationToken cancellationToken)
        {
            var host = node.Address.Split(':')[0];
            Asked.Enqueue(host);
            if (_hangs)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }

            return _allowsAll || _alive.ContainsKey(host);
        }
    }
}
