using System.Buffers.Binary;
using System.Text;
using Micro.Codecs;
using Micro.Transport.Messages;

namespace Micro.Transport.Security;

/// <summary>
/// The answer of a server before it closes a connection that it refuses (plaintext on a TLS port, no valid client
/// certificate), in the client's protocol. Does not read the client's requests.
/// </summary>
internal static class TlsRefusal
{
    private const string ErrorId = "go.micro.transport.tls";

    /// <summary>Error code INADEQUATE_SECURITY, RFC 9113, section 7.</summary>
    private const int InadequateSecurity = 0xc;

    private const int MaxSkippedBytes = 64 * 1024;
    private static readonly TimeSpan LingerTime = TimeSpan.FromMilliseconds(250);

    /// <summary>Creates an HTTP/1.1 response: an error for mucp clients, text for people.</summary>
    public static byte[] OverHttp1(int status, string reason, string text)
    {
        var error = HeaderRules.Clean(ErrorJson.Format(new MicroException(503, ErrorId, text, ErrorKind.Connect)));
        var body = text + "\n";
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nMicro-Error: {error}\r\nX-Micro-Error: {error}\r\n\r\n{body}");
    }

    /// <summary>Creates the server's preface (an empty SETTINGS frame) and GOAWAY, RFC 9113, sections 3.4 and 6.8.</summary>
    public static byte[] OverHttp2(string text)
    {
        const int FrameHead = 9;
        var detail = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[FrameHead + FrameHead + 8 + detail.Length];
        bytes[3] = 0x4; // SETTINGS
        var goAway = bytes.AsSpan(FrameHead);
        BinaryPrimitives.WriteInt32BigEndian(goAway, (8 + detail.Length) << 8);
        goAway[3] = 0x7; // GOAWAY; the last processed stream is 0: none
        BinaryPrimitives.WriteInt32BigEndian(goAway[(FrameHead + 4)..], InadequateSecurity);
        detail.CopyTo(goAway[(FrameHead + 8)..]);
        return bytes;
    }

    /// <summary>Sends the answer, ends the sending side and reads the client's bytes to the end, so that no reset destroys it.</summary>
    public static async Task SendAsync(Stream stream, byte[] answer, Func<Task> end, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(LingerTime, time);
        await stream.WriteAsync(answer, limit.Token).ConfigureAwait(false);
        await end().WaitAsync(limit.Token).ConfigureAwait(false);
        var rest = new byte[4096];
        for (var skipped = 0; skipped < MaxSkippedBytes;)
        {
            var count = await stream.ReadAsync(rest, limit.Token).ConfigureAwait(false);
            if (count == 0)
            {
                return;
            }

            skipped += count;
        }
    }

    /// <summary>Returns the error of such a response; <see langword="null"/> for any other message.</summary>
    public static MicroException? Read(MessageHead head, string address)
    {
        if (head.StatusCode is not (400 or 403))
        {
            return null;
        }

        var error = ErrorJson.Parse(head.GetEither(KnownHeader.MicroError, KnownHeader.XMicroError));
        return string.Equals(error.Id, ErrorId, StringComparison.Ordinal)
            ? new MicroException(503, "go.micro.client.transport", $"connection error: {address}: {error.Detail}", ErrorKind.Connect)
            : null;
    }
}
