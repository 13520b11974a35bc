using System.Text;
using Micro.Basics;

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
}
