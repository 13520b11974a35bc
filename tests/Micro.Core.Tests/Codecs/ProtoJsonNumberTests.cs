using System.Globalization;
using Micro.Tests.Values;

namespace Micro.Codecs;

/// <summary>Integers of 64 bits in proto3 JSON are read exactly, or refused.</summary>
public sealed class ProtoJsonNumberTests
{
    private readonly ICodec _codec = MicroCodecs.Json();

    [Theory]
    [InlineData("9007199254740993", 9_007_199_254_740_993)]
    [InlineData("-9007199254740993", -9_007_199_254_740_993)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("\"9223372036854775807\"", long.MaxValue)]
    [InlineData("9007199254740993.0", 9_007_199_254_740_993)]
    [InlineData("9.007199254740993e15", 9_007_199_254_740_993)]
    [InlineData("90071992547409930E-1", 9_007_199_254_740_993)]
    [InlineData("999999999999999", 999_999_999_999_999)]
    [InlineData("1e3", 1000)]
    [InlineData("1.0", 1)]
    [InlineData("-0", 0)]
    public void Decode_Int64_IsExact(string number, long expected)
    {
        foreach (var field in (string[])["v", "s", "sf", "chosen"])
        {
            var message = _codec.Read<Values>($$"""{"{{field}}":{{number}}}""");
            new[] { message.V, message.S, message.Sf, message.Chosen }.Where(value => value != 0).Should().Equal(expected == 0 ? [] : [expected], field);
        }

        _codec.Read<Values>($$"""{"wrapped":{{number}}}""").Wrapped.Should().Be(expected);
        _codec.Read<Values>($$"""{"many":[{{number}},1]}""").Many.Should().Equal(expected, 1);
        _codec.Read<Values>($$"""{ "manyWrapped" : [ {{number}} , 1 ] }""").ManyWrapped.Should().Equal(expected, 1);
        _codec.Read<Values>($$"""{"many_wrapped":[{{number}}]}""").ManyWrapped.Should().Equal(expected);
        _codec.Read<Values>($$"""{"byNumber":{"-9007199254740993": {{number}} } }""").ByNumber.Should().Contain(-9_007_199_254_740_993, expected);
        _codec.Read<Values>($$$"""{"inner":{"inner":{"\u0076": {{{number}}} } } }""").Inner.Inner.V.Should().Be(expected);
        _codec.Read<Google.Protobuf.WellKnownTypes.Int64Value>(number).Value.Should().Be(expected);
    }

    [Theory]
    [InlineData("9007199254740993", 9_007_199_254_740_993)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("1e19", 10_000_000_000_000_000_000)]
    public void Decode_UInt64_IsExact(string number, ulong expected)
    {
        _codec.Read<Values>($$"""{"u":{{number}}}""").U.Should().Be(expected);
        _codec.Read<Values>($$"""{"f":{{number}}}""").F.Should().Be(expected);
        _codec.Read<Values>($$"""{"wrappedUnsigned":{{number}}}""").WrappedUnsigned.Should().Be(expected);
        _codec.Read<Values>($$$"""{"named":{"a": {{{number}}} }}""").Named.Should().Contain("a", expected);
    }

    [Theory]
    [InlineData("""{"v":1.5}""")]
    [InlineData("""{"v":9007199254740993.5}""")]
    [InlineData("""{"v":1e-1}""")]
    [InlineData("""{"v":9223372036854775808}""")]
    [InlineData("""{"v":-9223372036854775809}""")]
    [InlineData("""{"v":1e19}""")]
    [InlineData("""{"v":1e999999999999}""")]
    [InlineData("""{"u":-1}""")]
    [InlineData("""{"u":-9007199254740993}""")]
    [InlineData("""{"u":18446744073709551616}""")]
    [InlineData("""{"wrapped":1.5}""")]
    [InlineData("""{"many":[9223372036854775808]}""")]
    [InlineData("""{"named":{"a":18446744073709551616}}""")]
    [InlineData("""{"text":9007199254740993}""")]
    [InlineData("""{"v":9007199254740993x}""")]
    [InlineData("""{"v":09007199254740993}""")]
    public void Decode_FractionOrOverflow_Fails(string text) =>
        FluentActions.Invoking(() => _codec.Read<Values>(text)).Should().Throw<CodecException>();

    [Fact]
    public void Decode_NumbersThatAreNotInt64_StayNumbers()
    {
        var message = _codec.Read<Values>(
            """{"real":9007199254740993,"free":9007199254740993,"object":{"v":9007199254740993,"data":"-_8="},"v":9007199254740993,"text":"9007199254740993 \"v\":9007199254740993"}""");

        message.Real.Should().Be(9_007_199_254_740_992);
        message.Free.NumberValue.Should().Be(9_007_199_254_740_992);
        message.Object.Fields["v"].NumberValue.Should().Be(9_007_199_254_740_992);
        message.Object.Fields["data"].StringValue.Should().Be("-_8=");
        message.V.Should().Be(9_007_199_254_740_993);
        message.Text.Should().Be("""9007199254740993 "v":9007199254740993""");
    }

    [Fact]
    public void Encode_EveryKind_IsReadAgain()
    {
        var message = new Values
        {
            V = long.MaxValue,
            U = ulong.MaxValue,
            S = long.MinValue,
            F = ulong.MaxValue - 1,
            Sf = -9_007_199_254_740_993,
            Wrapped = 9_007_199_254_740_993,
            WrappedUnsigned = ulong.MaxValue,
            Many = { 9_007_199_254_740_993 },
            Named = { ["a"] = ulong.MaxValue },
            ByNumber = { [long.MinValue] = long.MaxValue },
        };

        _codec.Read<Values>(_codec.Text(message)).Should().Be(message);
    }

    [Theory]
    [InlineData("""{"small":1.5}""", "1.5")]
    [InlineData("""{"small":-3000000000}""", "-3000000000")]
    [InlineData("""{"level":1.5}""", "1.5")]
    [InlineData("""{"v":1.5}""", "1.5")]
    [InlineData("""{"narrow":1.5e300}""", "1.5E+300")]
    public void Decode_OtherCulture_ErrorTextIsInvariant(string text, string shown)
    {
        using var culture = new CommaCulture();

        FluentActions.Invoking(() => _codec.Read<Values>(text)).Should().Throw<CodecException>().WithMessage($"*{shown}*");
        CultureInfo.CurrentCulture.Should().BeSameAs(culture.Culture);
    }
}
