using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Micro.Codecs;

/// <summary>Encodes and decodes messages: raw bytes bypass the codec.</summary>
internal static class CodecExtensions
{
    /// <summary>Writes a message. After an exception the output may hold the beginning of it.</summary>
    /// <exception cref="CodecException">The message cannot be written in this format.</exception>
    public static void EncodeMessage<T>(this ICodec codec, T message, IBufferWriter<byte> output)
    {
        if (!RawBytes.TryEncode(message, output))
        {
            codec.Encode(message, output);
        }
    }

    /// <exception cref="CodecException">The bytes are not a message of that type.</exception>
    public static T DecodeMessage<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        this ICodec codec,
        in ReadOnlySequence<byte> body) =>
        RawBytes.TryDecode<T>(body, out var message) ? message : codec.Decode<T>(body);

    /// <summary>Returns the codec with JSON types of a call or endpoint; itself for other formats and custom codecs.</summary>
    public static ICodec With(this ICodec codec, IJsonTypeInfoResolver? types) => types is not null && codec is JsonCodec json ? json.With(types) : codec;
}
