using System.Buffers;
using Google.Protobuf.WellKnownTypes;

namespace Micro.Codecs;

public sealed class RawBytesTests
{
    public static TheoryData<string> ContentTypesOfAllKinds => [ContentTypes.Json, ContentTypes.Protobuf, ContentTypes.OctetStream];

    [Theory]
    [MemberData(nameof(ContentTypesOfAllKinds))]
    public void Bytes_AnyCodec_TravelAsTheyAre(string contentType)
    {
        new ContentFormats().TryGet(contentType, out var format).Should().BeTrue();
        var codec = format!.Codec;
        byte[] bytes = [0xff, 0, 1];
        codec.Bytes(bytes).Should().Equal(bytes);
        codec.Bytes(new ReadOnlyMemory<byte>(bytes)).Should().Equal(bytes);
        codec.Bytes<byte[]?>(null).Should().BeEmpty();
        codec.DecodeMessage<byte[]>(Sequences.InPieces(bytes, 1)).Should().Equal(bytes);
        codec.DecodeMessage<ReadOnlyMemory<byte>>(Sequences.InPieces(bytes, 1)).ToArray().Should().Equal(bytes);
    }

    [Fact]
    public void Decode_Memory_IsACopy()
    {
        byte[] transport = [1, 2];
        var message = MicroCodecs.Json().DecodeMessage<ReadOnlyMemory<byte>>(new ReadOnlySequence<byte>(transport));
        transport[0] = 9;
        message.Span[0].Should().Be(1);
    }

    [Fact]
    public void OctetStream_OtherTypes_Fail_ExceptNoResponse()
    {
        ICodec codec = new OctetStreamCodec();
        FluentActions.Invoking(() => codec.Bytes("text")).Should().Throw<CodecException>().WithMessage("*String cannot be sent as raw bytes*");
        FluentActions.Invoking(() => codec.Read<string>("text")).Should().Throw<CodecException>();
        codec.Bytes(new Empty()).Should().BeEmpty();
    }
}
