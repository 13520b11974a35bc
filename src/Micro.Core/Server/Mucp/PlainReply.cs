using System.Text;
using Micro.Basics;
using Micro.Codecs;

namespace Micro.Server.Mucp;

/// <summary>Creates plain HTTP responses to requests that are no calls; each closes the connection.</summary>
internal static class PlainReply
{
    /// <summary>Creates a response.</summary>
    /// <param name="status">The status code.</param>
    /// <param name="text">The body, ASCII.</param>
    /// <param name="isHead"><see langword="true"/> if the request was HEAD, so that no body follows (RFC 9110, section 9.3.2).</param>
    /// <param name="header">One more header with its line end, or an empty string.</param>
    public static byte[] Create(int status, string text, bool isHead = false, string header = "") =>
        Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} {ReasonPhrases.Get(status)}\r\nConnection: close\r\n{header}Content-Type: text/plain\r\nContent-Length: {text.Length}\r\n\r\n{(isHead ? "" : text)}");

    /// <summary>Creates the last words on a connection that waits for a request when the server stops.</summary>
    public static byte[] CreateGoodbye(string serviceName)
    {
        var error = HeaderRules.Clean(ErrorJson.Format(MicroException.Unavailable(serviceName, "server is stopping")));
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nMicro-Error: {error}\r\nX-Micro-Error: {error}\r\n\r\n");
    }
}
