using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.WellKnownTypes;

namespace Micro.Codecs;

/// <summary>The codec of raw bytes. Bytes never reach a codec, so every other type is an error.</summary>
internal sealed class OctetStreamCodec : ICodec
{
    public string Name => "octet-stream";

    public void Encode<T>(T message, IBufferWriter<byte> output)
    {
        // The response of a handler without a response.
        if (message is not Empty)
        {
            throw WrongType(typeof(T));
        }
    }

    // Explicit: the bridge that the compiler makes for a public method with an "in" parameter loses the annotation.
    T ICodec.Decode<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(in ReadOnlySequence<byte> body) =>
        throw WrongType(typeof(T));

    private CodecException WrongType(System.Type type) =>
        new(Name, $"{type.Name} cannot be sent as raw bytes: use byte[] or ReadOnlyMemory<byte>, or another content type");
}
