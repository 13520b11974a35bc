using System.Text;

namespace Micro.Transport.Mucp;

/// <summary>Replies in plain HTTP to what is no call; the connection ends with them.</summary>
internal static class PlainReply
{
    /// <summary>Makes the whole reply.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="text">The body, ASCII.</param>
    /// <param name="isHead">Whether the request was HEAD: then no body follows (RFC 9110, section 9.3.2).</param>
    /// <param name="header">One more header with its line end, or nothing.</param>
    public static byte[] Create(int status, string text, bool isHead = false, string header = "") =>
        Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} {ReasonPhrases.Get(status)}\r\nConnection: close\r\n{header}Content-Type: text/plain\r\nContent-Length: {text.Length}\r\n\r\n{(isHead ? "" : text)}");
}
