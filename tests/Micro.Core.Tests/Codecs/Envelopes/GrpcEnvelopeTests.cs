using System.Buffers;
using System.Text;

namespace Micro.Codecs.Envelopes;

public sealed class GrpcEnvelopeTests
{
    private readonly Envelope _envelope = Envelope.Grpc;

    [Fact]
    public void Wrap_GivesTheRecordedBytes()
    {
        EnvelopeTesting.Write(output => _envelope.WrapRequest("Greeter.Hello", "0", Convert.FromHexString("0a044a6f686e"), output))
            .Should().Equal(Recordings.Body("grpc-ct-over-mucp", 0));
        EnvelopeTesting.Write(output => _envelope.WrapResponse("0", Convert.FromHexString("0a0a48656c6c6f204a6f686e"), output))
            .Should().Equal(Recordings.Body("grpc-ct-over-mucp", 1));
        EnvelopeTesting.Write(output => _envelope.WrapError("0", "x", output)).Should().BeEmpty();
        Encoding.UTF8.GetString(_envelope.ResponseHeaderLines).Should().Be("Grpc-Status: 0\r\n");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Open_Recorded_GivesTheMessage(int size)
    {
        var message = _envelope.OpenRequest(Sequences.InPieces(Recordings.Body("grpc-ct-over-mucp", 0), size)).Message;
        Convert.ToHexString(message.ToArray()).Should().Be("0A044A6F686E");
        _envelope.OpenResponse(Sequences.InPieces(Recordings.Body("grpc-ct-over-mucp", 1), size)).Message.Length.Should().Be(12);
        _envelope.OpenResponse(default).Message.IsEmpty.Should().BeTrue();
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0000000001")]
    [InlineData("00ffffffff00")]
    [InlineData("0000000000aa")]
    [InlineData("0100000000")]
    public void Open_WrongFrames_Fail(string hex) =>
        FluentActions.Invoking(() => _envelope.OpenRequest(Sequences.OfHex(hex))).Should().Throw<CodecException>().Which.Codec.Should().Be("grpc");
}
