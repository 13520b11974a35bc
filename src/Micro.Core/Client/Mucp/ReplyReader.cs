using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Micro.Codecs;
using Micro.Transport.Messages;

namespace Micro.Client.Mucp;

/// <summary>Turns a reply into a response or an error.</summary>
internal static class ReplyReader
{
    /// <exception cref="MicroException">The reply is an error, or cannot be read.</exception>
    public static T Read<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(
        MessageHead head,
        in ReadOnlySequence<byte> body,
        ContentFormat format)
    {
        ThrowIfFailed(head, in body);
        try
        {
            return format.DecodeResponse<T>(in body);
        }
        catch (CodecException exception)
        {
            throw new MicroException(500, "go.micro.client.codec", $"reply cannot be decoded: {exception.Message}", ErrorKind.Protocol, exception);
        }
    }

    /// <summary>Returns whether the frame is the regular end of a stream.</summary>
    public static bool IsEndOfStream(MessageHead head) =>
        head.GetEither(KnownHeader.MicroError, KnownHeader.XMicroError).SequenceEqual("EOS"u8);

    /// <exception cref="MicroException">The reply is an error.</exception>
    public static void ThrowIfFailed(MessageHead head, in ReadOnlySequence<byte> body)
    {
        var error = head.GetEither(KnownHeader.MicroError, KnownHeader.XMicroError);
        if (!error.IsEmpty)
        {
            throw ErrorJson.Parse(error);
        }

        if (head.StatusCode != 200)
        {
            var status = Encoding.UTF8.GetString(head.StartLine[9..]);
            throw new MicroException(500, "go.micro.client.transport", $"{status}: {Shorten(in body)}", ErrorKind.Protocol);
        }

        // go-micro says it in the body when it does not know the content type.
        if (MediaType.WithoutParameters(head[KnownHeader.ContentType]).SequenceEqual("text/plain"u8)
            && Shorten(in body) is var text && text.StartsWith("unsupported Content-Type", StringComparison.Ordinal))
        {
            throw new MicroException(415, "go.micro.server", text);
        }
    }

    private static string Shorten(in ReadOnlySequence<byte> body) => Encoding.UTF8.GetString(body.Slice(0, Math.Min(body.Length, 512)));
}
