using System.Buffers;
using System.Text;
using Greeter;
using Micro.Codecs.Envelopes;

namespace Micro.Codecs;

public sealed class ContentFormatsTests
{
    private readonly ContentFormats _formats = new();

    [Theory]
    [InlineData("application/json", "json", null)]
    [InlineData("APPLICATION/Json", "json", null)]
    [InlineData("application/protobuf", "protobuf", null)]
    [InlineData("application/proto", "protobuf", null)]
    [InlineData("application/octet-stream", "octet-stream", null)]
    [InlineData("application/json-rpc", "json", typeof(JsonRpcEnvelope))]
    [InlineData("application/proto-rpc", "protobuf", typeof(ProtoRpcEnvelope))]
    [InlineData("application/grpc", "protobuf", typeof(GrpcEnvelope))]
    [InlineData("application/grpc+proto", "protobuf", typeof(GrpcEnvelope))]
    [InlineData("application/grpc+json", "json", typeof(GrpcEnvelope))]
    public void TryGet_Known_GivesCodecAndEnvelope(string contentType, string codec, Type? envelope)
    {
        _formats.TryGet(contentType, out var format).Should().BeTrue();
        _formats.TryGet(Encoding.UTF8.GetBytes(contentType), out var sameFormat).Should().BeTrue();
        sameFormat.Should().BeSameAs(format);
        format!.Codec.Name.Should().Be(codec);
        format.Envelope?.GetType().Should().Be(envelope);
        Encoding.UTF8.GetString(format.ContentTypeBytes).Should().Be(format.ContentType).And.Be(contentType.ToLowerInvariant());
    }

    [Theory]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=\"iso-8859-1\"")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("; charset=utf-8")]
    [InlineData("text/plain")]
    [InlineData("")]
    [InlineData("application/jsonx")]
    [InlineData("größe")]
    public void TryGet_Unknown_IsRefused(string contentType)
    {
        _formats.TryGet(contentType, out _).Should().BeFalse();
        _formats.TryGet(Encoding.UTF8.GetBytes(contentType), out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("application/json; charset=utf-8", ContentTypes.Json)]
    [InlineData("Application/JSON;charset=UTF-8", ContentTypes.Json)]
    [InlineData("application/json ; Charset=\"utf-8\" ; profile=x", ContentTypes.Json)]
    [InlineData("application/json;", ContentTypes.Json)]
    [InlineData("application/protobuf; messageType=greeter.Request", ContentTypes.Protobuf)]
    [InlineData("application/grpc+json;charset=us-ascii", ContentTypes.GrpcJson)]
    public void TryGet_WithParameters_IsTheTypeWithoutThem(string contentType, string plain)
    {
        _formats.TryGet(contentType, out var format).Should().BeTrue();
        _formats.TryGet(Encoding.UTF8.GetBytes(contentType), out var sameFormat).Should().BeTrue();
        sameFormat.Should().BeSameAs(format);
        Encoding.UTF8.GetString(format!.ContentTypeBytes).Should().Be(plain);
    }

    [Fact]
    public void TryGet_EndlessParameters_AreNotRead()
    {
        var contentType = "application/json; x=" + new string('x', MediaType.MaxLength);

        _formats.TryGet(contentType, out _).Should().BeFalse();
        _formats.TryGet(Encoding.UTF8.GetBytes(contentType), out _).Should().BeFalse();
    }

    [Fact]
    public void ForMessage_ChoosesByType()
    {
        _formats.ForMessage(typeof(Request)).ContentType.Should().Be(ContentTypes.Protobuf);
        _formats.ForMessage(typeof(byte[])).ContentType.Should().Be(ContentTypes.OctetStream);
        _formats.ForMessage(typeof(ReadOnlyMemory<byte>)).ContentType.Should().Be(ContentTypes.OctetStream);
        _formats.ForMessage(typeof(string)).ContentType.Should().Be(ContentTypes.Json);
        _formats.Default.ContentType.Should().Be(ContentTypes.Protobuf);
    }

    [Fact]
    public void Legacy_MapsTheTwoPlainTypes()
    {
        _formats.Legacy(_formats.ForMessage(typeof(string))).ContentType.Should().Be(ContentTypes.JsonRpc);
        _formats.Legacy(_formats.Default).ContentType.Should().Be(ContentTypes.ProtoRpc);
        _formats.TryGet(ContentTypes.Grpc, out var grpc);
        _formats.Legacy(grpc!).Should().BeSameAs(grpc);
    }

    [Fact]
    public void Overrides_ReplaceAddAndServeEnvelopes()
    {
        var own = new OwnCodec();
        var formats = new ContentFormats([new(ContentTypes.Json, own), new("Application/X-Own", own), new(ContentTypes.Grpc, own)]);
        foreach (var contentType in new[] { ContentTypes.Json, ContentTypes.JsonRpc, ContentTypes.GrpcJson, "application/x-own", ContentTypes.Grpc })
        {
            formats.TryGet(contentType, out var format).Should().BeTrue();
            format!.Codec.Should().BeSameAs(own, contentType);
        }

        formats.TryGet(ContentTypes.Grpc, out var grpc);
        grpc!.Envelope.Should().BeOfType<GrpcEnvelope>();
        formats.TryGet(ContentTypes.GrpcProto, out var grpcProto);
        grpcProto!.Codec.Name.Should().Be("protobuf");
    }

    private sealed class OwnCodec : ICodec
    {
        public string Name => "own";

        public void Encode<T>(T message, IBufferWriter<byte> output) => output.Write("own"u8);

        public T Decode<T>(in ReadOnlySequence<byte> body) => default!;
    }
}
