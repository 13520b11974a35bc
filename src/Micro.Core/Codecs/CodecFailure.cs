namespace Micro.Codecs;

/// <summary>Which exceptions inside a codec mean that the message is at fault.</summary>
internal static class CodecFailure
{
    /// <summary>
    /// Parsers and the property setters of user types throw many types; only those pass that say something else: memory
    /// is exhausted, or a buffer refused to grow (its own typed error).
    /// </summary>
    public static bool IsAboutMessage(Exception exception) =>
        exception is not (OutOfMemoryException or MicroException or CodecException);
}
