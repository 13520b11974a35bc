
namespace Micro.Registry.Kit;

/// <summary>Grouping, comparing and merging of records, which every registry relies on.</summary>
public sealed class RecordSetTests
{
    [Fact]
    public void Create_UnsortedRecords_GroupsAndSorts_R_REG_6()
    {
        var set = RecordSet.Create([Of("t", "1", "z"), Of("s", "2", "b", "a"), Of("s", "1", "d"), Of("s", "2", "c")]);

        Show(set).Should().Be("s/1:d s/2:a,b,c t/1:z");
    }

    [Fact]
    public void Create_NodeUnderTwoVersions_LastOneCounts() =>
        Show(RecordSet.Create([Of("s", "1", "a", "b"), Of("s", "2", "a")])).Should().Be("s/1:b s/2:a");

    [Fact]
    public void Create_RecordWithoutNodes_IsLeftOut_R_REG_14() => Show(RecordSet.Create([Of("s", "1")])).Should().Be("");

    [Fact]
    public void Create_SameNameAndVersionTextJoined_AreNotMixed()
    {
        var set = RecordSet.Create([Of("s1", "2", "a"), Of("s", "12", "a")]);

        Show(set).Should().Be("s/12:a s1/2:a");
    }

    [Theory]
    [InlineData("create s/1:c", "s/1:a,b,c s/2:x")]
    [InlineData("update s/1:c", "s/1:a,b,c s/2:x")]
    [InlineData("create s/2:a", "s/1:b s/2:a,x")]
    [InlineData("create r/1:z", "r/1:z s/1:a,b s/2:x")]
    [InlineData("create t/1:z", "s/1:a,b s/2:x t/1:z")]
    [InlineData("delete s/1:a", "s/1:b s/2:x")]
    [InlineData("delete s/1:a,b", "s/2:x")]
    [InlineData("delete s/1:", "s/2:x")]
    [InlineData("delete s/:", "")]
    [InlineData("delete s/2:a", "s/1:a,b s/2:x")]
    [InlineData("delete t/1:", "s/1:a,b s/2:x")]
    public void Apply_Event_MergesByNodeId_R_REG_17(string change, string expected)
    {
        var before = RecordSet.Create([Of("s", "1", "a", "b"), Of("s", "2", "x")]);

        Show(before.Apply(Parse(change))).Should().Be(expected);
    }

    [Theory]
    [InlineData("create s/1:a")]
    [InlineData("delete s/1:zz")]
    [InlineData("delete other/:")]
    public void Apply_NothingNew_SameObject(string change)
    {
        var before = RecordSet.Create([Of("s", "1", "a", "b")]);

        before.Apply(Parse(change)).Should().BeSameAs(before);
        before.Apply(RegistryEvent.Synchronized).Should().BeSameAs(before);
    }

    [Theory]
    [InlineData("", "s/1:a", "Create s/1:a")]
    [InlineData("s/1:a", "", "Delete s/1:a")]
    [InlineData("s/1:a", "s/1:a", "")]
    [InlineData("s/1:a,b", "s/1:b,c", "Create s/1:c Delete s/1:a")]
    [InlineData("s/1:a", "s/2:a", "Create s/2:a Delete s/1:a")]
    [InlineData("s/1:a t/1:z", "r/1:q t/1:y,z", "Create r/1:q Create t/1:y Delete s/1:a")]
    public void DifferenceTo_OtherSet_CreatesBeforeDeletes(string before, string after, string expected)
    {
        var changes = ParseSet(before).DifferenceTo(ParseSet(after));

        string.Join(' ', changes.Select(change => $"{change.Kind} {Show(change.Service!)}")).Should().Be(expected);
    }

    [Fact]
    public void DifferenceTo_NodeChanged_UpdateWithThatNode()
    {
        var before = RecordSet.Create([Of("s", "1", "a", "b")]);
        var after = RecordSet.Create([Of("s", "1", "a", "b") with { Nodes = [NodeOf("a"), NodeOf("b") with { Address = "h:2" }] }]);

        var change = before.DifferenceTo(after).Should().ContainSingle().Which;
        change.Kind.Should().Be(RegistryEventKind.Update);
        change.Service!.Nodes.Should().ContainSingle().Which.Address.Should().Be("h:2");
    }

    [Fact]
    public void DifferenceTo_OnlyEndpointsChanged_UpdateWithAllNodes_R_REG_11()
    {
        var before = RecordSet.Create([Of("s", "1", "a", "b")]);
        var after = RecordSet.Create([Of("s", "1", "a", "b") with { Endpoints = [new Endpoint { Name = "E" }] }]);

        var change = before.DifferenceTo(after).Should().ContainSingle().Which;
        change.Kind.Should().Be(RegistryEventKind.Update);
        change.Service!.Nodes.Should().HaveCount(2);
        change.Service.Endpoints.Should().ContainSingle();
    }

    [Fact]
    public void DifferenceTo_RandomSets_AppliedGivesTheOther()
    {
        var random = new Random(20);
        for (var round = 0; round < 300; round++)
        {
            var before = Draw(random);
            var after = Draw(random);
            var replayed = before.DifferenceTo(after).Aggregate(before, (set, change) => set.Apply(change));

            replayed.Records.Should().Equal(after.Records, $"round {round}: {Show(before)} to {Show(after)}");
        }
    }

    [Fact]
    public void Apply_RandomEvents_SameAsPutTogetherAnew()
    {
        var random = new Random(7);
        var patched = RecordSet.Empty;
        for (var round = 0; round < 2000; round++)
        {
            var kind = random.Next(3) switch { 0 => RegistryEventKind.Delete, 1 => RegistryEventKind.Create, _ => RegistryEventKind.Update };
            var service = Of("s", random.Next(3).ToString(), [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => ((char)('a' + random.Next(8))).ToString())]);
            service = service with
            {
                Nodes = [.. service.Nodes.Select(node => node with { Address = "h:" + random.Next(1, 3) })],
                Endpoints = random.Next(4) == 0 ? [new Endpoint { Name = "E" }] : [],
            };
            var change = new RegistryEvent(kind, service);
            var whole = patched.ApplyWhole(change, service);
            var after = patched.Apply(change);

            after.Records.Should().Equal(whole.Records, $"round {round}: {kind} {Show(service)} on {Show(patched)}");
            ReferenceEquals(after, patched).Should().Be(ReferenceEquals(whole, patched), $"round {round}: {kind} {Show(service)} on {Show(patched)}");
            patched = after;
        }
    }

    [Fact]
    public void Apply_OneOfMany_SharesTheOtherNodesAndLists()
    {
        var before = RecordSet.Create([Of("s", "1", "a", "b", "c"), Of("s", "2", "x")]);

        var after = before.Apply(RegistryEvent.Update(Of("s", "1", "b") with { Nodes = [NodeOf("b") with { Address = "h:2" }] }));

        after.Records[0].Nodes[0].Should().BeSameAs(before.Records[0].Nodes[0]);
        after.Records[0].Nodes[2].Should().BeSameAs(before.Records[0].Nodes[2]);
        after.Records[1].Should().BeSameAs(before.Records[1]);
    }

    private static RecordSet Draw(Random random) => RecordSet.Create(Enumerable.Range(0, random.Next(12)).Select(_ =>
    {
        var id = ((char)('a' + random.Next(6))).ToString();
        return Of(random.Next(2) == 0 ? "s" : "t", random.Next(3).ToString(), id) with
        {
            Nodes = [NodeOf(id) with { Address = "h:" + random.Next(1, 3) }],
        };
    }));

    private static RegistryEvent Parse(string text)
    {
        var words = text.Split(' ');
        return new RegistryEvent(Enum.Parse<RegistryEventKind>(words[0], ignoreCase: true), ParseRecord(words[1]));
    }

    private static RecordSet ParseSet(string text) =>
        RecordSet.Create(text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ParseRecord));

    private static ServiceRecord ParseRecord(string text)
    {
        var parts = text.Split('/', ':');
        return Of(parts[0], parts[1], parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    private static ServiceRecord Of(string name, string version, params string[] ids) =>
        new() { Name = name, Version = version, Nodes = [.. ids.Select(NodeOf)] };

    private static Node NodeOf(string id) => new() { Id = id, Address = "h:1" };

    private static string Show(RecordSet set) => string.Join(' ', set.Records.Select(Show));

    private static string Show(ServiceRecord record) => $"{record.Name}/{record.Version}:{string.Join(',', record.Nodes.Select(node => node.Id))}";
}
