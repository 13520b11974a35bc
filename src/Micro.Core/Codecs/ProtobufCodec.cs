using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace Micro.Codecs;

/// <summary>Protobuf, read from and written to the transport's memory; the parser's own limit of depth is 100.</summary>
internal sealed class ProtobufCodec : ICodec
{
    public string Name => "protobuf";

    public void Encode<T>(T message, IBufferWriter<byte> output)
    {
        if (message is not IMessage proto)
        {
            throw message is null ? new CodecException(Name, $"{typeof(T).Name} is null") : WrongType(typeof(T));
        }

        try
        {
            proto.WriteTo(output);
        }
        catch (Exception exception) when (CodecFailure.IsAboutMessage(exception))
        {
            throw CodecFailure.Wrap(Name, exception);
        }
    }

    // Explicit: the bridge that the compiler makes for a public method with an "in" parameter loses the annotation.
    T ICodec.Decode<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(in ReadOnlySequence<byte> body)
    {
        var message = EmptyMessage<T>.Create();
        if (message is not IMessage proto)
        {
            throw WrongType(typeof(T));
        }

        if (body.IsEmpty)
        {
            return message;
        }

        try
        {
            proto.MergeFrom(body);
            return message;
        }
        catch (Exception exception) when (CodecFailure.IsAboutMessage(exception))
        {
            throw CodecFailure.Wrap(Name, exception);
        }
    }

    private CodecException WrongType(Type type) =>
        new(Name, $"{type.Name} is not a protobuf message: use a generated message type, or {ContentTypes.Json} as content type");
}
