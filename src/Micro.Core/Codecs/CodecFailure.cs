using System.Text.Json;
using Google.Protobuf;

namespace Micro.Codecs;

/// <summary>Maps exceptions inside a codec to errors for the peer, when the message is at fault.</summary>
internal static class CodecFailure
{
    /// <summary>
    /// Parsers and the property setters of user types throw many exceptions. Only those about something else pass: exhausted
    /// memory, or a buffer that refused to grow (its own typed error).
    /// </summary>
    public static bool IsAboutMessage(Exception exception) =>
        exception is not (OutOfMemoryException or MicroException or CodecException);

    /// <summary>
    /// Returns the text for the peer: a parser's message is about the bytes. Any other exception comes from user code, or
    /// names its types, and is not disclosed.
    /// </summary>
    public static CodecException Wrap(string codec, Exception exception) => new(codec, Describe(exception), exception);

    private static string Describe(Exception exception) => exception switch
    {
        InvalidProtocolBufferException or InvalidJsonException => exception.Message,

        // The reader's message is about the text; the serializer's names the types of the message.
        JsonException { InnerException: JsonException } => exception.Message,
        JsonException { Path: { Length: > 0 } path } json => $"the value at {path} does not match its type (line {json.LineNumber}, byte {json.BytePositionInLine})",
        _ => "the message does not match its type",
    };
}
