using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Greeter;
using Micro.Tests.Shapes;

namespace Micro.Codecs;

public sealed partial class JsonCodecTests
{
    private readonly ICodec _codec = MicroCodecs.Json();

    [Fact]
    public void Encode_PlainType_WritesCamelCaseAndNewline() =>
        _codec.Text(new Order { OrderId = 7, Note = "größe <b> 'x'" }).Should().Be("{\"orderId\":7,\"note\":\"größe <b> 'x'\",\"tags\":[]}\n");

    [Fact]
    public void Encode_Null_WritesNull() => _codec.Text<Order?>(null).Should().Be("null\n");

    [Fact]
    public void Encode_ProtobufMessage_WritesTheRecordedBytes() => _codec.Text(new Request { Name = "John" }).Should().Be("{\"name\":\"John\"}\n");

    [Fact]
    public void Encode_ProtobufMessage_FollowsProto3Json()
    {
        var shape = new Shape { DisplayName = "a, b: \"c\" \\ {", Serial = 9_007_199_254_740_993, Tags = { "x y", "z" }, Counts = { ["k 1"] = 2 } };
        _codec.Text(shape).Should().Be(
            "{\"displayName\":\"a, b: \\\"c\\\" \\\\ {\",\"serial\":\"9007199254740993\",\"tags\":[\"x y\",\"z\"],\"counts\":{\"k 1\":\"2\"}}\n");
        _codec.Read<Shape>(_codec.Text(shape)).Should().Be(shape);
    }

    [Fact]
    public void Encode_EmptyProtobufMessage_WritesEmptyObject() => _codec.Text(new StreamResponse()).Should().Be("{}\n");

    [Fact]
    public void Encode_Cycle_Fails()
    {
        var node = new Node { Name = "a" };
        node.Next = node;
        FluentActions.Invoking(() => _codec.Bytes(node)).Should().Throw<CodecException>();
    }

    [Fact]
    public void Encode_AfterFailure_WriterIsCleanAgain()
    {
        var node = new Node();
        node.Next = node;
        for (var round = 0; round < 3; round++)
        {
            FluentActions.Invoking(() => _codec.Bytes(node)).Should().Throw<CodecException>();
            _codec.Text(new Node { Name = "b" }).Should().Be("{\"name\":\"b\",\"next\":null}\n");
        }
    }

    [Fact]
    public void Decode_EmptyBody_IsTheEmptyMessage()
    {
        _codec.Read<Order>("").Should().BeEquivalentTo(new Order());
        _codec.Read<Request>("").Should().Be(new Request());
        _codec.Read<int>("").Should().Be(0);
        _codec.Read<string>("").Should().BeNull();
        _codec.Read<Order>("null").Should().BeEquivalentTo(new Order());
    }

    [Fact]
    public void Decode_OtherSpellings_AreUnderstood()
    {
        _codec.Read<Order>("{ \"ORDERID\" : \"7\", \"unknown\": [1, {}], \"note\": \"a\", \"note\": \"b\" }\n")
            .Should().BeEquivalentTo(new Order { OrderId = 7, Note = "b" });
        _codec.Read<Shape>("{\"display_name\":\"a\",\"serial\":3,\"nope\":{\"deep\":[{}]}}\n").Should().Be(new Shape { DisplayName = "a", Serial = 3 });
    }

    [Theory]
    [InlineData("{nope")]
    [InlineData("{\"orderId\":1} x")]
    [InlineData("{\"orderId\":1}{}")]
    [InlineData("{\"orderId\":\"x\"}")]
    [InlineData("{\"orderId\":99999999999999999999}")]
    [InlineData("{\"note\":\"\\ud800\"}")]
    [InlineData("[]")]
    [InlineData("   ")]
    [InlineData("{\"$type\":\"x\",\"note\":{}}")]
    public void Decode_WrongPlainJson_Fails_S17(string text) =>
        FluentActions.Invoking(() => _codec.Read<Order>(text)).Should().Throw<CodecException>().Which.Codec.Should().Be("json");

    [Theory]
    [InlineData("{nope")]
    [InlineData("{\"name\":\"a\"} x")]
    [InlineData("{\"name\":1}")]
    [InlineData("{\"name\":\"\\ud800\"}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("3")]
    public void Decode_WrongProtoJson_Fails_S17(string text) =>
        FluentActions.Invoking(() => _codec.Read<Request>(text)).Should().Throw<CodecException>();

    [Fact]
    public void Decode_InvalidUtf8_FailsEvenInSkippedMembers_S17()
    {
        byte[] body = [.. "{\"unknown\":\""u8, 0xff, .. "\"}"u8];
        FluentActions.Invoking(() => _codec.DecodeMessage<Order>(Sequences.Of(body))).Should().Throw<CodecException>().WithMessage("*UTF-8*");
        FluentActions.Invoking(() => _codec.DecodeMessage<Request>(Sequences.Of(body))).Should().Throw<CodecException>().WithMessage("*UTF-8*");
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void Decode_Depth_IsLimited_S17(int depth, bool allowed)
    {
        var unknown = "{\"unknown\":" + new string('[', depth - 1) + new string(']', depth - 1) + "}";
        var plain = () => { _ = _codec.Read<Order>(unknown); };
        var proto = () => { _ = _codec.Read<Request>(unknown); };
        if (allowed)
        {
            plain.Should().NotThrow();
            proto.Should().NotThrow();
        }
        else
        {
            plain.Should().Throw<CodecException>();
            proto.Should().Throw<CodecException>();
        }
    }

    [Fact]
    public void Decode_MegabyteOfBrackets_Fails_S17()
    {
        var text = new string('[', 1 << 20);
        FluentActions.Invoking(() => _codec.Read<Order>(text)).Should().Throw<CodecException>();
        FluentActions.Invoking(() => _codec.Read<Request>(text)).Should().Throw<CodecException>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Decode_ManySegments_SameAsOne(int size)
    {
        var body = Encoding.UTF8.GetBytes("{\"orderId\":7,\"note\":\"größe\"}\n");
        _codec.DecodeMessage<Order>(Sequences.InPieces(body, size)).Should().BeEquivalentTo(new Order { OrderId = 7, Note = "größe" });
        _codec.DecodeMessage<Request>(Sequences.InPieces("{\"name\":\"J\"}"u8, size)).Name.Should().Be("J");
    }

    [Fact]
    public void Decode_SetterThatThrows_KeepsItsTextInside_S24()
    {
        var exception = FluentActions.Invoking(() => _codec.Read<Picky>("{\"value\":1}")).Should().Throw<CodecException>().Which;
        exception.Message.Should().Be("json: the message does not match its type");
        exception.InnerException!.Message.Should().Contain("picky about 1");
    }

    [Theory]
    [InlineData("{\"orderId\":\"seven\"}", "json: the value at $.orderId does not match its type (line 0, byte 18)")]
    [InlineData("{\"orderId\":1e99}", "json: the value at $.orderId does not match its type (line 0, byte 15)")]
    [InlineData("[]", "json: the value at $ does not match its type (line 0, byte 1)")]
    public void Decode_ValueOfAnotherType_NamesThePlaceAndNoType_S24(string text, string message) =>
        FluentActions.Invoking(() => _codec.Read<Order>(text)).Should().Throw<CodecException>().WithMessage(message);

    [Fact]
    public void Encode_Done_KeepsNoOutputAlive()
    {
        var output = EncodeAndForget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        output.IsAlive.Should().BeFalse();

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference EncodeAndForget()
        {
            var buffer = new ArrayBufferWriter<byte>();
            _codec.EncodeMessage(new Order(), buffer);
            return new WeakReference(buffer);
        }
    }

    [Fact]
    public void Json_OwnOptions_AreUsedAndCopied()
    {
        var options = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        var codec = MicroCodecs.Json(options);
        options.PropertyNamingPolicy = null;
        codec.Text(new Order { OrderId = 1 }).Should().StartWith("{\"order_id\":1");
    }

    [Fact]
    public void Json_OwnContext_KnowsOnlyItsTypes()
    {
        var codec = MicroCodecs.Json(OrderContext.Default.Options);
        codec.Read<Order>(codec.Text(new Order { OrderId = 5 })).OrderId.Should().Be(5);
        FluentActions.Invoking(() => codec.Text(new Picky())).Should().Throw<CodecException>().WithMessage("*Picky*JsonSerializerContext*");
    }

    internal sealed class Order
    {
        public int OrderId { get; set; }

        public string? Note { get; set; }

        public List<string> Tags { get; set; } = [];
    }

    private sealed class Node
    {
        public string? Name { get; set; }

        public Node? Next { get; set; }
    }

    private sealed class Picky
    {
        public int Value
        {
            get => 0;
            set => throw new NotSupportedException($"picky about {value}");
        }
    }

    [JsonSerializable(typeof(Order))]
    private sealed partial class OrderContext : JsonSerializerContext;
}
