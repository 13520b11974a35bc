using Micro.Registry;
using Micro.Registry.Kit;
using Micro.Selection;
using Micro.Selection.Services;
using Micro.Selection.Strategies;
using Micro.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Selector.Tests.Snapshots;

/// <summary>Tests that an updated snapshot equals a new one, and shares unchanged parts.</summary>
public sealed class ChangedSnapshotTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly IRegistry _registry = MemoryRegistry.Create();
    private readonly SelectorMetrics _metrics = new(static () => []);
    private readonly SelectorOptions _options = new() { KeepLastNodesFor = TimeSpan.Zero };

    public async ValueTask DisposeAsync()
    {
        _metrics.Dispose();
        await _registry.DisposeAsync();
    }

    [Fact]
    public void TryApply_RandomEvents_NodesAndReportersStayTogether()
    {
        var random = new Random(11);
        var state = StateOf("a", "b", "c", "d", "e", "f");
        var records = RecordSet.Create([SelectorFixture.RecordOf("a", "b", "c", "d", "e", "f")]);
        for (var round = 0; round < 2000; round++)
        {
            _time.Advance(TimeSpan.FromSeconds(6));
            var change = Draw(random);
            records = records.Apply(change);
            state.TryApply(change, confirmed: true);

            var listed = state.Snapshot!.Unfiltered.Listed;
            listed.Nodes.Should().Equal(records.Records.SelectMany(record => record.Nodes), $"round {round}");
            listed.Reporters.Should().HaveSameCount(listed.Nodes);
            listed.Reporters.Zip(listed.Nodes).Should().OnlyContain(
                pair => pair.First.Node.Id == pair.Second.Id && pair.First.Node.Address == pair.Second.Address, $"round {round}");
        }
    }

    [Fact]
    public void TryApply_OneNode_OthersKeepTheirReporters()
    {
        var state = StateOf("a", "b", "c");
        var before = state.Snapshot!.Unfiltered.Listed;

        state.TryApply(RegistryEvent.Update(Labelled("b")), confirmed: false);

        var after = state.Snapshot!.Unfiltered.Listed;
        after.Nodes[1].Metadata.Should().ContainKey("zone");
        after.Reporters[0].Should().BeSameAs(before.Reporters[0]);
        after.Reporters[2].Should().BeSameAs(before.Reporters[2]);
        after.Reporters[1].Health.Should().BeSameAs(before.Reporters[1].Health, "new labels do not make a node healthy");
    }

    [Fact]
    public void TryApply_EjectedNodeGetsNewLabels_StaysOut()
    {
        var state = StateOf("a", "b", "c", "d");
        Refuse(state, 1);

        state.TryApply(RegistryEvent.Update(Labelled("b")), confirmed: false);

        state.EjectedCount.Should().Be(1);
        state.Snapshot!.Unfiltered.Usable.Nodes.Select(node => node.Id).Should().Equal("a", "c", "d");
    }

    [Fact]
    public void TryApply_EjectedNodeGoes_IsForgotten()
    {
        var state = StateOf("a", "b", "c", "d");
        Refuse(state, 1);

        state.TryApply(RegistryEvent.Delete(SelectorFixture.RecordOf("b")), confirmed: false);

        state.EjectedCount.Should().Be(0);
        state.Snapshot!.Unfiltered.Usable.Nodes.Select(node => node.Id).Should().Equal("a", "c", "d");
    }

    [Fact]
    public void TryApply_HealthyNodesGo_EjectedOnesComeBackAtHalf()
    {
        var state = StateOf("a", "b", "c", "d");
        Refuse(state, 0);
        Refuse(state, 1);
        state.EjectedCount.Should().Be(2);

        state.TryApply(RegistryEvent.Delete(SelectorFixture.RecordOf("d")), confirmed: false);

        state.EjectedCount.Should().Be(1, "never more than half of the three are left out");
    }

    [Fact]
    public void TryApply_NodeMovesToAnotherVersion_IsNotASuspect()
    {
        _options.KeepLastNodesFor = TimeSpan.FromSeconds(30);
        var state = StateOf("a", "b");

        state.TryApply(RegistryEvent.Create(SelectorFixture.RecordOf("2", ["a", "b"])), confirmed: false).Should().BeTrue();

        state.Snapshot!.SuspectCount.Should().Be(0);
        state.Snapshot.Unfiltered.Listed.Nodes.Select(node => node.Id).Should().Equal("a", "b");
    }

    [Fact]
    public void TryApply_OnlyTheDescriptionChanges_EndpointIsFound()
    {
        var state = StateOf("a", "b");
        var endpoints = new Endpoint[] { new() { Name = "Greeter.Hello" } };
        state.Snapshot!.FindEndpoint("Greeter.Hello").Should().BeNull();

        state.TryApply(RegistryEvent.Update(SelectorFixture.RecordOf("a") with { Endpoints = endpoints }), confirmed: false);

        state.Snapshot!.FindEndpoint("Greeter.Hello").Should().NotBeNull();
    }

    [Fact]
    public void Accept_SameRecordsAgain_SameSnapshot()
    {
        var state = StateOf("a", "b");
        var before = state.Snapshot;

        state.Accept(RecordSet.Create([SelectorFixture.RecordOf("a", "b")]), state.Version);

        state.Snapshot.Should().BeSameAs(before, "what is read again and again costs no pick anything");
    }

    private static RegistryEvent Draw(Random random)
    {
        var ids = Enumerable.Range(0, random.Next(1, 3)).Select(_ => ((char)('a' + random.Next(12))).ToString());
        var record = SelectorFixture.RecordOf(random.Next(1, 4).ToString(), ids);
        return random.Next(3) == 0 ? RegistryEvent.Delete(record) : RegistryEvent.Update(record with
        {
            Nodes = [.. record.Nodes.Select(node => node with { Address = $"127.0.0.1:{9000 + random.Next(2)}" })],
        });
    }

    private static ServiceRecord Labelled(string id)
    {
        var record = SelectorFixture.RecordOf(id);
        return record with { Nodes = [record.Nodes[0] with { Metadata = new Dictionary<string, string> { ["zone"] = "b" } }] };
    }

    private static void Refuse(ServiceState state, int index) => state.Snapshot!.Unfiltered.Listed[index].Complete(
        new AttemptOutcome(Succeeded: false, ErrorKind.Connect, TimeSpan.Zero));

    private ServiceState StateOf(params string[] ids)
    {
        var context = new SelectorContext(_registry, _options, _time, new AtomicRandom(1), NullLogger.Instance, _metrics);
        var state = new ServiceState(SelectorFixture.Service, context);
        state.Synchronize(RecordSet.Create([SelectorFixture.RecordOf(ids)]));
        return state;
    }
}
