using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Micro.Codecs;

/// <summary>A nil slice or map of Go is <c>null</c> in JSON.</summary>
public sealed partial class JsonCollectionTests
{
    private const string Nulls =
        "{\"list\":null,\"array\":null,\"map\":null,\"set\":null,\"readOnly\":null,\"immutable\":null,\"fixed\":null,\"bytes\":null,\"sequence\":null}";

    public static TheoryData<bool> Sources => new() { false, true };

    [Theory]
    [MemberData(nameof(Sources))]
    public void Decode_NullForCollections_GivesEmptyOnes(bool isGenerated)
    {
        var bag = Codec(isGenerated).Read<Bag>(Nulls);
        bag.Should().BeEquivalentTo(new Bag());
        Filled(bag.List, bag.Array, bag.Map, bag.Set, bag.ReadOnly, bag.Immutable, bag.Bytes, bag.Sequence);
        bag.Fixed.IsDefault.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Decode_NullForCollectionsWithoutDefault_GivesEmptyOnes(bool isGenerated)
    {
        var bag = Codec(isGenerated).Read<Bare>("{\"list\":null,\"array\":null,\"map\":null}");
        Filled(bag.List, bag.Array, bag.Map);
        bag = Codec(isGenerated).Read<Bare>("{}");
        Filled(bag.List, bag.Array, bag.Map);
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Decode_NullForCollectionWithDefault_KeepsTheDefault(bool isGenerated) =>
        Codec(isGenerated).Read<Defaults>("{\"items\":null}").Items.Should().Equal("a");

    [Theory]
    [MemberData(nameof(Sources))]
    public void Decode_NullForNullableCollection_StaysNull(bool isGenerated)
    {
        var loose = Codec(isGenerated).Read<Loose>("{\"items\":null,\"text\":null,\"inner\":null}");
        loose.Items.Should().BeNull();
        loose.Text.Should().BeNull("only collections are filled");
        loose.Inner.Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Decode_NullForCollectionOfRecord_GivesEmptyOne(bool isGenerated)
    {
        var codec = Codec(isGenerated);
        codec.Read<Positional>("{\"items\":null,\"maybe\":null}").Should().BeEquivalentTo(new Positional([], null));
        codec.Read<Positional>("{}").Should().BeEquivalentTo(new Positional([], null));
        codec.Read<PositionalValue>("{\"items\":null}").Items.Should().NotBeNull().And.BeEmpty();
        codec.Read<ByConstructor>("{\"items\":null}").Items.Should().NotBeNull().And.BeEmpty();
        codec.Read<ByConstructor>("{\"items\":[\"a\"]}").Items.Should().Equal("a");
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Decode_NullForCollectionsOfNestedTypes_GivesEmptyOnes(bool isGenerated)
    {
        var outer = Codec(isGenerated).Read<Outer>("{\"bags\":[{\"list\":null}],\"byName\":{\"a\":{\"map\":null}},\"one\":{\"items\":null}}");
        outer.Bags[0].List.Should().NotBeNull().And.BeEmpty();
        outer.ByName["a"].Map.Should().NotBeNull().And.BeEmpty();
        outer.One!.Items.Should().NotBeNull().And.BeEmpty();
    }

    [Fact]
    public void Decode_NullForWholeCollection_IsEmpty()
    {
        var codec = MicroCodecs.Json();
        Filled(codec.Read<List<string>>("null"), codec.Read<string[]>("null"), codec.Read<IReadOnlyDictionary<string, int>>("null"));
        codec.Read<string>("null").Should().BeNull();
    }

    [Fact]
    public void Decode_NullWithoutAnnotations_KeepsTheDefault()
    {
        var plain = MicroCodecs.Json().Read<Oblivious>("{\"items\":null,\"none\":null}");
        plain.Items.Should().NotBeNull().And.BeEmpty();
        plain.None.Should().BeNull();
    }

    [Fact]
    public void Decode_OptionsThatRespectAnnotations_RefuseNull() =>
        FluentActions.Invoking(() => MicroCodecs.Json(new JsonSerializerOptions(JsonSerializerDefaults.Web) { RespectNullableAnnotations = true }).Read<Bag>("{\"list\":null}"))
            .Should().Throw<CodecException>();

    [Fact]
    public void Decode_TypesOfCall_GivesEmptyOnes() =>
        MicroCodecs.Json().With(BagContext.Default).Read<Bag>("{\"list\":null}").List.Should().NotBeNull().And.BeEmpty();

    [Fact]
    public void Decode_WrongElementOfConstructorsCollection_NamesThePlace() =>
        FluentActions.Invoking(() => MicroCodecs.Json().Read<Positional>("{\"items\":[{}]}"))
            .Should().Throw<CodecException>().WithMessage("json: the value at $.items[0] does not match its type*");

    [Fact]
    public void Decode_OwnCallback_SeesEmptyCollections() => MicroCodecs.Json().Read<Counting>("{\"items\":null}").Count.Should().Be(0);

    private static ICodec Codec(bool isGenerated) => isGenerated
        ? MicroCodecs.Json(new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = BagContext.Default })
        : MicroCodecs.Json();

    private static void Filled(params object?[] collections) => collections.Should().OnlyContain(collection => collection != null);

    internal sealed class Bag
    {
        public List<string> List { get; set; } = [];

        public string[] Array { get; set; } = [];

        public Dictionary<string, int> Map { get; set; } = [];

        public HashSet<int> Set { get; set; } = [];

        public IReadOnlyList<int> ReadOnly { get; init; } = [];

        public ImmutableList<int> Immutable { get; init; } = [];

        public ImmutableArray<int> Fixed { get; set; } = [];

        public byte[] Bytes { get; set; } = [];

        public IEnumerable<string> Sequence { get; set; } = [];
    }

    internal sealed class Bare
    {
        public List<string> List { get; set; } = null!;

        public string[] Array { get; init; } = null!;

        public IDictionary<string, string> Map { get; init; } = null!;
    }

    internal sealed class Defaults
    {
        public List<string> Items { get; set; } = ["a"];
    }

    internal sealed class Loose
    {
        public List<string>? Items { get; set; } = ["a"];

        public string Text { get; set; } = "";

        public Defaults Inner { get; set; } = new();
    }

    internal sealed record Positional(List<string> Items, List<string>? Maybe);

    internal readonly record struct PositionalValue(List<string> Items);

    internal sealed class ByConstructor(IReadOnlyList<string> items)
    {
        public IReadOnlyList<string> Items { get; } = items;
    }

    internal sealed class Outer
    {
        public List<Bag> Bags { get; init; } = [];

        public Dictionary<string, Bag> ByName { get; init; } = [];

        public Positional? One { get; init; }
    }

    internal sealed class Counting : IJsonOnDeserialized
    {
        public List<string> Items { get; set; } = null!;

        [JsonIgnore]
        public int Count { get; private set; } = -1;

        public void OnDeserialized() => Count = Items.Count;
    }

#nullable disable
    internal sealed class Oblivious
    {
        public List<string> Items { get; set; } = [];

        public List<string> None { get; set; }
    }
#nullable restore

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Bag))]
    [JsonSerializable(typeof(Bare))]
    [JsonSerializable(typeof(Defaults))]
    [JsonSerializable(typeof(Loose))]
    [JsonSerializable(typeof(PositionalValue))]
    [JsonSerializable(typeof(ByConstructor))]
    [JsonSerializable(typeof(Outer))]
    private sealed partial class BagContext : JsonSerializerContext;
}
