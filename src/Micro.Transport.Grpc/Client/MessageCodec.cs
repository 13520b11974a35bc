using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Micro.Codecs;

namespace Micro.Transport.Grpc.Client;

/// <summary>Translates failures of codecs into errors of calls, as mucp does.</summary>
internal static class MessageCodec
{
    private const string ErrorId = "go.micro.client.codec";

    /// <exception cref="MicroException">The message cannot be decoded.</exception>
    public static T Decode<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(ICodec codec, in ReadOnlySequence<byte> message)
    {
        try
        {
            return codec.DecodeMessage<T>(message);
        }
        catch (CodecException exception)
        {
            throw new MicroException(500, ErrorId, $"reply cannot be decoded: {exception.Message}", ErrorKind.Protocol, exception);
        }
    }

    /// <exception cref="MicroException">The message cannot be encoded.</exception>
    public static void Encode<T>(ICodec codec, T message, IBufferWriter<byte> output)
    {
        try
        {
            codec.EncodeMessage(message, output);
        }
        catch (CodecException exception)
        {
            throw new MicroException(400, ErrorId, exception.Message, ErrorKind.InvalidRequest, exception);
        }
    }
}
