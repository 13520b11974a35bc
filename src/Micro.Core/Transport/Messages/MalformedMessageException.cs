namespace Micro.Transport.Messages;

/// <summary>The peer's bytes are not an HTTP/1.1 message, or exceed a limit; the connection cannot continue.</summary>
internal sealed class MalformedMessageException(int statusCode, string detail) : Exception(detail)
{
    /// <summary>HTTP status of the server's answer before it closes.</summary>
    public int StatusCode { get; } = statusCode;
}
