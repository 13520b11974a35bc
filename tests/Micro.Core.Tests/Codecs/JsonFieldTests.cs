using System.Numerics;
using System.Text.Json.Serialization;

namespace Micro.Codecs;

#pragma warning disable CA1051, CA1823, CS0169, CS0649, IDE0044, IDE0051, S1144, S2933 // fields are what is tested

public sealed partial class JsonFieldTests
{
    private readonly ICodec _codec = MicroCodecs.Json();

    [Fact]
    public void Encode_PublicFields_TravelAsProperties()
    {
        var text = _codec.Text(new Fields { OrderId = 7, Tags = ["a"] });
        text.Should().Be("{\"orderId\":7,\"tags\":[\"a\"]}\n");
        _codec.Read<Fields>(text).Should().BeEquivalentTo(new Fields { OrderId = 7, Tags = ["a"] });
        _codec.Read<Fields>("{\"tags\":null}").Tags.Should().NotBeNull().And.BeEmpty();
    }

    [Fact]
    public void Encode_Tuple_TravelsAsItems()
    {
        _codec.Text((A: 1, B: "x")).Should().Be("{\"item1\":1,\"item2\":\"x\"}\n");
        _codec.Read<(int A, string B)>("{\"item1\":1,\"item2\":\"x\"}").Should().Be((1, "x"));
    }

    [Fact]
    public void Encode_Vector_Travels() => _codec.Read<Vector3>(_codec.Text(new Vector3(1, 2, 3))).Should().Be(new Vector3(1, 2, 3));

    [Fact]
    public void Encode_PublicFieldsOfGeneratedContext_Travel()
    {
        var codec = _codec.With(FieldsContext.Default);
        codec.Read<Fields>(codec.Text(new Fields { OrderId = 7 })).OrderId.Should().Be(7);
    }

    [Fact]
    public void Encode_TypeOfPrivateState_Fails()
    {
        const string Message = "json: Hidden would be sent empty, because it has no public property or field: make its members public or mark them with [JsonInclude]";
        FluentActions.Invoking(() => _codec.Text(new Hidden())).Should().Throw<CodecException>().WithMessage(Message);
        FluentActions.Invoking(() => _codec.Text(new Around())).Should().Throw<CodecException>().WithMessage(Message);
        FluentActions.Invoking(() => _codec.Read<Hidden>("{}")).Should().Throw<CodecException>().WithMessage(Message);
        FluentActions.Invoking(() => _codec.With(FieldsContext.Default).Text(new Hidden())).Should().Throw<CodecException>().WithMessage(Message);
    }

    [Fact]
    public void Encode_TypeWithoutState_IsEmpty() => _codec.Text(new Nothing()).Should().Be("{}\n");

    internal sealed class Fields
    {
        public int OrderId;

        public List<string> Tags = [];
    }

    internal sealed class Hidden
    {
        private int _number = 1;

        public int Sum() => _number;
    }

    internal sealed class Around
    {
        public Hidden? Hidden { get; set; } = new();
    }

    internal sealed class Nothing;

    [JsonSerializable(typeof(Fields))]
    [JsonSerializable(typeof(Hidden))]
    private sealed partial class FieldsContext : JsonSerializerContext;
}
