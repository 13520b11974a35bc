using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Micro.Tests.Values;

namespace Micro.Codecs;

/// <summary>google.protobuf.Any in JSON: which types are known, in both directions.</summary>
public sealed class ProtoJsonAnyTests
{
    private const string Url = "type.googleapis.com/";

    private readonly ICodec _codec = MicroCodecs.Json();

    public static TheoryData<IMessage> Known =>
    [
        new Local { V = 9_007_199_254_740_993, Data = ByteString.CopyFrom(0xfb, 0xff) },
        new Part { Name = "a", Deeper = new Deeper { Name = "b" } },
        new Deeper { Name = "an import of an import" },
        new Empty(),
        new Int64Value { Value = long.MaxValue },
        new BytesValue { Value = ByteString.CopyFrom(0xfb, 0xff) },
        new StringValue { Value = "a" },
        new Duration { Seconds = 3 },
        new Timestamp { Seconds = 4 },
        new FieldMask { Paths = { "a_b" } },
        Value.ForStruct(new Struct { Fields = { ["a b"] = Value.ForNumber(1) } }),
        new Values { Any = Any.Pack(new Local { V = 1 }), Anys = { Any.Pack(new Empty()), new Any() } },
        Any.Pack(new Local { V = 2 }),
        new Any(),
    ];

    [Theory]
    [MemberData(nameof(Known))]
    public void Any_KnownType_IsReadAndWritten(IMessage content)
    {
        var message = new Values { Any = Any.Pack(content), AnyByName = { ["a"] = Any.Pack(content) }, Inner = new Values { Anys = { Any.Pack(content) } } };

        var read = _codec.Read<Values>(_codec.Text(message));

        read.Should().Be(message);
    }

    [Theory]
    [MemberData(nameof(Known))]
    public void Any_AsTheMessageItself_KnowsTheGivenFiles(IMessage content)
    {
        var codec = MicroCodecs.Json(files: [ValuesReflection.Descriptor]);
        var message = Any.Pack(content, "own.example");

        codec.Read<Any>(codec.Text(message)).Should().Be(message);
    }

    [Fact]
    public void Encode_Any_FollowsProto3Json() =>
        _codec.Text(new Values { Any = Any.Pack(new Local { V = 3 }), Anys = { new Any(), Any.Pack(new Int64Value { Value = 4 }) } }).Should().Be(
            "{\"any\":{\"@type\":\"type.googleapis.com/values.Local\",\"v\":\"3\"},\"anys\":[{},{\"@type\":\"type.googleapis.com/google.protobuf.Int64Value\",\"value\":\"4\"}]}\n");

    [Theory]
    [InlineData("{}")]
    [InlineData(" { } ")]
    public void Decode_EmptyAny_IsEmpty(string text)
    {
        var message = _codec.Read<Values>($$"""{"any":{{text}},"anys":[{{text}}]}""");

        (message.Any, message.Anys[0]).Should().Be((new Any(), new Any()));
        _codec.Text(message).Should().Be("{\"any\":{},\"anys\":[{}]}\n");
    }

    [Theory]
    [InlineData("""{"any":{"@type":"x/values.Local","v":9007199254740993,"data":"-_8"}}""")]
    [InlineData("""{"any":{"v":9007199254740993,"@type":"x/values.Local","data":"-_8"}}""")]
    [InlineData("""{"any": { "v" : 9007199254740993 , "data" : "-_8" , "\u0040type" : "x/values.Local" } }""")]
    [InlineData("""{"any":{"unknown":{"@type":"no"},"v":9007199254740993,"data":"-_8","@type":"x/values.Local"}}""")]
    public void Decode_TypeAnywhere_ContentIsExact(string text)
    {
        var content = new Local { V = 9_007_199_254_740_993, Data = ByteString.CopyFrom(0xfb, 0xff) };

        _codec.Read<Values>(text).Any.Should().Be(new Any { TypeUrl = "x/values.Local", Value = content.ToByteString() });
    }

    [Fact]
    public void Decode_SpecialForms_ContentIsExact()
    {
        _codec.Read<Any>("""{"value":9007199254740993,"@type":"x/google.protobuf.Int64Value"}""").Unpack<Int64Value>().Value.Should().Be(9_007_199_254_740_993);
        _codec.Read<Any>("""{"@type":"x/google.protobuf.BytesValue","value":"-_8"}""").Unpack<BytesValue>().Value.Should().Equal(0xfb, 0xff);
        _codec.Read<Values>("""{"any":{"value":{"v":9007199254740993,"@type":"x/values.Local"},"@type":"x/google.protobuf.Any"}}""")
            .Any.Unpack<Any>().Unpack<Local>().V.Should().Be(9_007_199_254_740_993);
    }

    [Theory]
    [InlineData("type.googleapis.com/values.Stranger", "values.Stranger")]
    [InlineData("no slash", "no slash")]
    [InlineData("x/", "x/")]
    [InlineData("", "\"\"")]
    public void Decode_UnknownType_NamesIt(string url, string named)
    {
        foreach (var text in (string[])[$$"""{"@type":"{{url}}"}""", $$"""{"v":1,"@type":"{{url}}"}"""])
        {
            FluentActions.Invoking(() => _codec.Read<Values>($$"""{"any":{{text}}}""")).Should().Throw<CodecException>().WithMessage($"*unknown type*{named}*");
        }
    }

    [Theory]
    [InlineData("""{"any":{"@type":1}}""")]
    [InlineData("""{"any":{"@type":{"a":1}}}""")]
    [InlineData("""{"any":{"@type":"x/values.Local","v":"no number"}}""")]
    [InlineData("""{"any":{"@type":"x/google.protobuf.Int64Value"}}""")]
    [InlineData("""{"any":[]}""")]
    [InlineData("""{"any":7}""")]
    public void Decode_WrongAny_Fails(string text) => FluentActions.Invoking(() => _codec.Read<Values>(text)).Should().Throw<CodecException>();

    [Fact]
    public void Encode_UnknownType_NamesIt()
    {
        FluentActions.Invoking(() => _codec.Text(new Values { Any = Any.Pack(new Stranger()) })).Should().Throw<CodecException>().WithMessage("*unknown type*values.Stranger*");
        FluentActions.Invoking(() => _codec.Text(new Values { Any = new Any { Value = ByteString.CopyFrom(1) } })).Should().Throw<CodecException>().WithMessage("*unknown type*");
        FluentActions.Invoking(() => _codec.Text(new Values { Any = new Any { TypeUrl = Url + "values.Local", Value = ByteString.CopyFrom(0xff) } })).Should().Throw<CodecException>();
    }

    [Fact]
    public void Json_OwnFiles_TheirTypesAreKnown()
    {
        var codec = MicroCodecs.Json(files: [StrangerReflection.Descriptor]);
        var message = new Values { Any = Any.Pack(new Stranger { V = 9_007_199_254_740_993 }) };

        codec.Read<Values>(codec.Text(message)).Should().Be(message);
        codec.Read<Any>("""{"@type":"x/values.Stranger","v":9007199254740993}""").Unpack<Stranger>().V.Should().Be(9_007_199_254_740_993);
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(100_000, false)]
    public void Encode_AnyInAny_DepthIsLimited_S17(int depth, bool allowed)
    {
        var message = new Any();
        for (var level = 1; level < depth; level++)
        {
            message = new Any { TypeUrl = "a/google.protobuf.Any", Value = message.ToByteString() };
            if (message.CalculateSize() > 1 << 16)
            {
                break; // deeper than any limit
            }
        }

        var act = () => { _ = _codec.Text(new Values { Any = message }); };
        if (allowed)
        {
            act.Should().NotThrow();
        }
        else
        {
            act.Should().Throw<CodecException>().WithMessage("*nested*");
        }
    }

    /// <summary>The parser keeps the tokens in front of a type once for every level.</summary>
    [Fact]
    public void Decode_TypeBehindContentAtEveryLevel_MemoryIsBounded_S18()
    {
        const int Levels = 60;
        var text = string.Concat(Enumerable.Repeat("""{"value":""", Levels))
            + """{"@type":"a/google.protobuf.ListValue","value":[""" + string.Join(',', Enumerable.Repeat("1", 100_000)) + "]}"
            + string.Concat(Enumerable.Repeat(""","@type":"a/google.protobuf.Any"}""", Levels));
        _codec.Read<Any>("{}"); // built once

        var before = GC.GetAllocatedBytesForCurrentThread();
        var message = _codec.Read<Any>(text);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;

        message.TypeUrl.Should().Be("a/google.protobuf.Any");
        taken.Should().BeLessThan(700L * text.Length);
    }
}
