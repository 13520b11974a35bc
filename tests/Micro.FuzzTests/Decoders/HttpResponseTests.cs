using System.Text;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>HTTP/1.1 responses, head and body: S10, S12.</summary>
public sealed class HttpResponseTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly byte[] Chunked =
        [.. "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nMicro-Id: 1\r\n\r\n4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nX-Trailer: 1\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 1\r\n\r\nx"u8];

    private protected override FuzzTarget Target { get; } = new(
        "http-response",
        static input => HttpMessages.Decode(input, readsResponses: true),
        [.. RecordedBytes.Hex("mucp", "raw_hex", HttpMessages.IsResponse), Chunked])
    {
        AllocationCap = HttpMessages.AllocationCap,
        Words = [.. HttpMessages.Words.Select(Encoding.ASCII.GetBytes)],
    };
}
