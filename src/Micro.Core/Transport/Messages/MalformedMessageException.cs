namespace Micro.Transport.Messages;

/// <summary>The peer's bytes are no HTTP/1.1 message, or exceed a limit; the connection cannot go on.</summary>
internal sealed class MalformedMessageException(int statusCode, string detail) : Exception(detail)
{
    /// <summary>HTTP status a server answers with before it closes.</summary>
    public int StatusCode { get; } = statusCode;
}
