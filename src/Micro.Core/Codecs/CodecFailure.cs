using System.Text.Json;
using Google.Protobuf;

namespace Micro.Codecs;

/// <summary>Turns exceptions inside a codec into errors for the peer, when the message is at fault.</summary>
internal static class CodecFailure
{
    /// <summary>
    /// Parsers and the property setters of user types throw many types; only those pass that say something else: memory
    /// is exhausted, or a buffer refused to grow (its own typed error).
    /// </summary>
    public static bool IsAboutMessage(Exception exception) =>
        exception is not (OutOfMemoryException or MicroException or CodecException);

    /// <summary>
    /// Returns what the peer may read: a parser speaks of the bytes; any other exception comes out of user code, or names its
    /// types, and stays inside.
    /// </summary>
    public static CodecException Wrap(string codec, Exception exception) => new(codec, Describe(exception), exception);

    private static string Describe(Exception exception) => exception switch
    {
        InvalidProtocolBufferException or InvalidJsonException => exception.Message,

        // The reader's own failure is about text; the serializer's names the types of the message.
        JsonException { InnerException: JsonException } => exception.Message,
        JsonException { Path: { Length: > 0 } path } json => $"the value at {path} does not fit (line {json.LineNumber}, byte {json.BytePositionInLine})",
        _ => "the message does not fit its type",
    };
}
