using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Micro.Basics;

namespace Micro.Codecs;

/// <summary>Converts messages to bodies and back, with the envelope of the content type.</summary>
internal static class ContentFormatExtensions
{
    /// <exception cref="CodecException">The body is not a request of that type.</exception>
    public static T DecodeRequest<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        this ContentFormat format,
        in ReadOnlySequence<byte> body) =>
        format.Codec.DecodeMessage<T>(format.Envelope is { } envelope ? envelope.OpenRequest(in body).Message : body);

    /// <exception cref="CodecException">The message cannot be written in this format.</exception>
    public static void EncodeRequest<T>(this ContentFormat format, string endpoint, string id, T message, IBufferWriter<byte> output)
    {
        if (format.Envelope is not { } envelope)
        {
            format.Codec.EncodeMessage(message, output);
            return;
        }

        using var inner = new PooledBufferWriter();
        format.Codec.EncodeMessage(message, inner);
        envelope.WrapRequest(endpoint, id, inner.WrittenSpan, output);
    }

    /// <exception cref="CodecException">The message cannot be written in this format.</exception>
    public static void EncodeResponse<T>(this ContentFormat format, T message, IBufferWriter<byte> output)
    {
        if (format.Envelope is not { } envelope)
        {
            format.Codec.EncodeMessage(message, output);
            return;
        }

        using var inner = new PooledBufferWriter();
        format.Codec.EncodeMessage(message, inner);
        envelope.WrapResponse("", inner.WrittenSpan, output);
    }

    /// <exception cref="CodecException">The body is not a response of that type.</exception>
    /// <exception cref="MicroException">The envelope holds an error.</exception>
    public static T DecodeResponse<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        this ContentFormat format,
        in ReadOnlySequence<byte> body)
    {
        if (format.Envelope is not { } envelope)
        {
            return format.Codec.DecodeMessage<T>(in body);
        }

        var opened = envelope.OpenResponse(in body);
        return opened.Error is { } error ? throw ErrorJson.Parse(error) : format.Codec.DecodeMessage<T>(opened.Message);
    }
}
