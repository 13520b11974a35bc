using Micro.Registry;
using Micro.Selection;

namespace Micro.Selector.Tests.Filters;

/// <summary>The filters by themselves.</summary>
public sealed class SelectorFiltersTests
{
    private static readonly ServiceRecord[] Records =
    [
        new()
        {
            Name = "s",
            Version = "1",
            Endpoints = [new Endpoint { Name = "Greeter.Hello" }],
            Nodes = [NodeOf("a", "zone", "east"), NodeOf("b", "zone", "west")],
        },
        new()
        {
            Name = "s",
            Version = "2",
            Endpoints = [new Endpoint { Name = "Greeter.Hello" }, new Endpoint { Name = "Greeter.Bye" }],
            Nodes = [NodeOf("c", "zone", "west"), new Node { Id = "d", Address = "127.0.0.1:4" }],
        },
    ];

    [Theory]
    [InlineData("Greeter.Hello", "a b c d")]
    [InlineData("Greeter.Bye", "c d")]
    [InlineData("greeter.hello", "")]
    public void Endpoint_KeepsRecordsThatListIt(string name, string expected) => Apply(SelectorFilters.Endpoint(name)).Should().Be(expected);

    [Theory]
    [InlineData("zone", "west", "b c")]
    [InlineData("zone", "east", "a")]
    [InlineData("zone", "WEST", "")]
    [InlineData("rack", "", "")]
    public void Label_KeepsNodesWithTheValue(string key, string value, string expected) =>
        Apply(SelectorFilters.Label(key, value)).Should().Be(expected);

    [Theory]
    [InlineData("1", "a b")]
    [InlineData("10", "")]
    public void Version_KeepsExactlyThatVersion(string version, string expected) =>
        Apply(SelectorFilters.Version(version)).Should().Be(expected);

    [Fact]
    public void Label_RecordLosesNodes_InputIsUnchanged()
    {
        var kept = SelectorFilters.Label("zone", "east").Apply(Records);

        kept.Should().ContainSingle().Which.Version.Should().Be("1");
        Records[0].Nodes.Should().HaveCount(2);
    }

    [Fact]
    public void Filters_MadeWithTheSameValues_AreEqual()
    {
        SelectorFilters.Endpoint("a").Should().Be(SelectorFilters.Endpoint("a")).And.NotBe(SelectorFilters.Endpoint("b"));
        SelectorFilters.Label("a", "b").Should().Be(SelectorFilters.Label("a", "b")).And.NotBe(SelectorFilters.Label("a", "c"));
        SelectorFilters.Version("1").Should().Be(SelectorFilters.Version("1")).And.NotBe(SelectorFilters.Version("2"));
        new SelectOptions { Filters = [SelectorFilters.Version("1")] }
            .Should().Be(new SelectOptions { Filters = [SelectorFilters.Version("1")] })
            .And.NotBe(new SelectOptions { Filters = [SelectorFilters.Version("2")] })
            .And.NotBe(SelectOptions.Default);
    }

    [Fact]
    public void Filters_WithoutAName_ArgumentException()
    {
        Action[] makers =
        [
            () => SelectorFilters.Endpoint(""),
            () => SelectorFilters.Label("", "x"),
            () => SelectorFilters.Label("x", null!),
            () => SelectorFilters.Version(null!),
        ];

        makers.Should().AllSatisfy(make => make.Should().Throw<ArgumentException>());
    }

    private static string Apply(ISelectorFilter filter) =>
        string.Join(' ', filter.Apply(Records).SelectMany(record => record.Nodes).Select(node => node.Id));

    private static Node NodeOf(string id, string key, string value) =>
        new() { Id = id, Address = "127.0.0.1:1", Metadata = new Dictionary<string, string> { [key] = value } };
}
