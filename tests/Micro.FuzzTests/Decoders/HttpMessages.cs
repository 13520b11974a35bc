using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Micro.Codecs;
using Micro.Transport;
using Micro.Transport.Messages;

namespace Micro.FuzzTests.Decoders;

/// <summary>Reads HTTP/1.1 messages at once and in pieces: both must read the same, or requests can be smuggled by the size of packets.</summary>
internal static class HttpMessages
{
    public const long AllocationCap = 512 * 1024;

    /// <summary>Each message costs its reader something, so their number is bounded.</summary>
    private const int MostMessages = 16;

    private static readonly TransportLimits Wide = new() { MaxMessageBytes = 64 * 1024 };
    private static readonly TransportLimits Narrow = new() { MaxMessageBytes = 1024, MaxHeaderBytes = 1024, MaxHeaders = 16 };

    public static IReadOnlyList<string> Words { get; } =
    [
        "Content-Length: 4\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n", "Expect: 100-continue\r\n", "Host: b\r\n", "HTTP/1.0", " HTTP/1.1\r\n",
        "0\r\n\r\n", "ffffffff\r\n", "7fffffff\r\n", ";a=\"\r\n", "\r\n ", "X-A: b\r\n", "Micro-Id: 18446744073709551616\r\n", "Timeout: 9223372036854775807\r\n", "http://a/", "[::1]",
    ];

    public static bool IsResponse(JsonElement message) =>
        message.TryGetProperty("start_line", out var line) && line.GetString()!.StartsWith("HTTP/", StringComparison.Ordinal);

    public static void Decode(byte[] input, bool readsResponses)
    {
        var whole = Read(new ReadOnlySequence<byte>(input), input.Length, readsResponses);
        Identity.Require(
            "the reading in pieces", whole, Read(Sequences.InPieces(input, 5 + (input.Length / 16)), 3 + (input.Length / 16), readsResponses));
    }

    /// <summary>Returns what was read, message by message, and how it ended.</summary>
    private static string Read(ReadOnlySequence<byte> bytes, int pieceBytes, bool readsResponses)
    {
        using var reader = new MessageReader(new PiecewiseReader(bytes, pieceBytes), bytes.Length % 2 == 0 ? Wide : Narrow, readsResponses);
        using var head = new MessageHead();
        var seen = new StringBuilder();
        try
        {
            for (var count = 0; count < MostMessages && Completed(reader.ReadHeadAsync(head, CancellationToken.None)); count++)
            {
                Note(seen, head);
                var hash = new HashCode();
                hash.AddBytes(Completed(reader.ReadBodyAsync(head, CancellationToken.None)).ToArray());

                seen.Append(CultureInfo.InvariantCulture, $" {hash.ToHashCode()};");
                reader.Release();
                head.Release();
            }
        }
        catch (MalformedMessageException exception)
        {
            seen.Append(CultureInfo.InvariantCulture, $" {exception.StatusCode}");
        }
        catch (Exception exception) when (exception is MessageTooLargeException or IOException)
        {
            seen.Append(exception.GetType().Name);
        }

        return seen.ToString();
    }

    private static void Note(StringBuilder seen, MessageHead head)
    {
        var fields = new HashCode();
        fields.AddBytes(head.StartLine);
        foreach (var (key, value) in head.ReadMetadata())
        {
            fields.Add(key, StringComparer.Ordinal);
            fields.Add(value, StringComparer.Ordinal);
        }

        _ = head.ReadResponseMetadata();
        _ = DeadlineHeader.ToTimestamp(head[KnownHeader.Timeout], TimeProvider.System, 1);
        seen.Append(CultureInfo.InvariantCulture, $"{fields.ToHashCode()} {head.ContentLength} {head.IsChunked} {head.ClosesConnection} {head.StatusCode}");
    }

    private static T Completed<T>(ValueTask<T> reading) =>
        reading.IsCompleted ? reading.GetAwaiter().GetResult() : throw new InvalidOperationException("the reader waits although all bytes are there");
}
