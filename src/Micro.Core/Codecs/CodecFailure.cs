using System.Text.Json;
using Google.Protobuf;

namespace Micro.Codecs;

/// <summary>Which exceptions inside a codec mean that the message is at fault, and what is told of them.</summary>
internal static class CodecFailure
{
    /// <summary>
    /// Parsers and the property setters of user types throw many types; only those pass that say something else: memory
    /// is exhausted, or a buffer refused to grow (its own typed error).
    /// </summary>
    public static bool IsAboutMessage(Exception exception) =>
        exception is not (OutOfMemoryException or MicroException or CodecException);

    /// <summary>
    /// What the peer may read: a parser speaks of the bytes, any other exception comes out of user code and stays inside.
    /// </summary>
    public static CodecException Wrap(string codec, Type message, Exception exception) =>
        new(
            codec,
            exception is JsonException or InvalidProtocolBufferException or InvalidJsonException
                ? exception.Message
                : $"the message does not fit {message.Name}",
            exception);
}
