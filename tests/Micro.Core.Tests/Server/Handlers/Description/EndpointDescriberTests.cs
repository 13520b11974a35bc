using System.Text.Json;
using System.Text.Json.Serialization;
using Greeter;
using Micro.Registry;
using Micro.Server.Handlers.Binding;
using Micro.Tests.Shapes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Server.Handlers.Description;

public sealed class EndpointDescriberTests
{
    [Fact]
    public void Describe_Greeter_IsTheRecordedRegistration()
    {
        var builder = new EndpointTableBuilder();
        builder.AddHandler(HandlerBinder.Bind(HandlerSource.Shared(new Recorded()), new HandlerOptions { Name = "Greeter" }, [], NullLogger.Instance));
        var recorded = Recordings.Read("registration/mucp-v5.json").GetProperty("endpoints").EnumerateArray().Select(ReadEndpoint);
        builder.Build([]).Advertised.Should().Equal(recorded);
    }

    [Fact]
    public void Describe_Protobuf_UsesProtoNamesAndGoTypes()
    {
        var tree = TypeTree.Describe<Shape>();
        Print(tree).Should().Equal(
            "Shape Shape",
            ". display_name string",
            ". serial int64",
            ". big uint64",
            ". small int32",
            ". positive uint32",
            ". filled bool",
            ". picture []uint8",
            ". tags []string",
            ". corners []Shape_Corner",
            ". counts map[string]int64",
            ". centre Shape_Corner",
            ". . x float64",
            ". . y float32",
            ". . deep Shape_Deep",
            ". inner Shape",
            ". . display_name string",
            ". . serial int64",
            ". . big uint64",
            ". . small int32",
            ". . positive uint32",
            ". . filled bool",
            ". . picture []uint8",
            ". . tags []string",
            ". . corners []Shape_Corner",
            ". . counts map[string]int64",
            ". . centre Shape_Corner",
            ". . inner Shape",
            ". . colour Colour",
            ". . kind Shape_Kind",
            ". . text string",
            ". . number int32",
            ". . nickname string",
            ". colour Colour",
            ". kind Shape_Kind",
            ". text string",
            ". number int32",
            ". nickname string");
    }

    [Fact]
    public void Describe_PlainType_UsesJsonNames() =>
        Print(TypeTree.Describe<Plain>()).Should().Equal(
            "Plain Plain",
            ". inherited string",
            ". field string",
            ". plainField string",
            ". orderId int64",
            ". maybe int32",
            ". when Time",
            ". data []uint8",
            ". tags []string",
            ". map map[string][]float32",
            ". renamed bool",
            ". inner Plain",
            ". . inherited string",
            ". . field string",
            ". . plainField string",
            ". . orderId int64",
            ". . maybe int32",
            ". . when Time",
            ". . data []uint8",
            ". . tags []string",
            ". . map map[string][]float32",
            ". . renamed bool",
            ". . inner Plain",
            ". . page Page[int32]",
            ". . day DayOfWeek",
            ". . any interface {}",
            ". page Page[int32]",
            ". . items []int32",
            ". day DayOfWeek",
            ". any interface {}");

    [Theory]
    [InlineData(typeof(sbyte), "int8")]
    [InlineData(typeof(byte), "uint8")]
    [InlineData(typeof(short), "int16")]
    [InlineData(typeof(ushort), "uint16")]
    [InlineData(typeof(uint), "uint32")]
    [InlineData(typeof(ulong), "uint64")]
    [InlineData(typeof(double), "float64")]
    [InlineData(typeof(decimal), "float64")]
    [InlineData(typeof(char), "string")]
    [InlineData(typeof(Guid), "string")]
    [InlineData(typeof(DateTime), "Time")]
    [InlineData(typeof(ReadOnlyMemory<byte>), "[]uint8")]
    [InlineData(typeof(int[][]), "[][]int32")]
    [InlineData(typeof(IReadOnlyDictionary<string, int>), "map[string]int32")]
    [InlineData(typeof(Dictionary<int, List<string>>), "map[int32][]string")]
    [InlineData(typeof(JsonElement), "interface {}")]
    [InlineData(typeof(Endless), "[][][][][][][][]Endless")]
    public void GoTypeName_Of(Type type, string name) => GoTypeName.Of(type).Should().Be(name);

    [Fact]
    public void Describe_List_HasNoChildren() => Print(TypeTree.Describe<List<Plain>>()).Should().Equal("[]Plain []Plain");

    private static IEnumerable<string> Print(Value value, string indent = "") =>
        value.Values.SelectMany(child => Print(child, indent + ". ")).Prepend($"{indent}{value.Name} {value.Type}");

    private static Endpoint ReadEndpoint(JsonElement json) => new()
    {
        Name = json.GetProperty("name").GetString()!,
        Request = ReadValue(json.GetProperty("request")),
        Response = ReadValue(json.GetProperty("response")),
        Metadata = json.GetProperty("metadata").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!, StringComparer.Ordinal),
    };

    private static Value ReadValue(JsonElement json) => new()
    {
        Name = json.GetProperty("name").GetString()!,
        Type = json.GetProperty("type").GetString()!,
        Values = json.GetProperty("values") is { ValueKind: JsonValueKind.Array } values ? [.. values.EnumerateArray().Select(ReadValue)] : [],
    };

    public sealed class Recorded
    {
        public Task<Response> Hello(Request request) => Task.FromResult(new Response { Msg = request.Name });

        public IAsyncEnumerable<StreamResponse> Stream(StreamRequest request) => throw new NotSupportedException($"{request}");

        public Task PingPong(IServerStream<Ping, Pong> stream) => Task.FromResult(stream);
    }

    public class PlainBase
    {
        public string Inherited { get; set; } = "";
    }

    public sealed class Plain : PlainBase
    {
#pragma warning disable CA1051 // fields are what is tested
        [JsonInclude]
        public string Field = "";

        public string PlainField = "";
#pragma warning restore CA1051

        public long OrderId { get; set; }

        public int? Maybe { get; set; }

        public DateTimeOffset When { get; set; }

        public byte[] Data { get; set; } = [];

        public IReadOnlyList<string> Tags { get; set; } = [];

        public Dictionary<string, float[]> Map { get; set; } = [];

        [JsonPropertyName("renamed")]
        public bool Other { get; set; }

        [JsonIgnore]
        public string Hidden { get; set; } = "";

        public Plain? Inner { get; set; }

        public Page<int>? Page { get; set; }

        public DayOfWeek Day { get; set; }

        public object? Any { get; set; }

        public string this[int index] => $"{index}";
    }

    public sealed class Page<T>
    {
        public List<T> Items { get; set; } = [];
    }

    public sealed class Endless : List<Endless>;
}
