using System.Text;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>HTTP/1.1 requests, head and body: S10, S12, S26.</summary>
public sealed class HttpRequestTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly byte[] Chunked =
        [.. "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nMicro-Id: 1\r\n\r\n4;x=y\r\nWiki\r\n5\r\npedia\r\n0\r\nX-Trailer: 1\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n"u8];

    private protected override FuzzTarget Target { get; } = new(
        "http-request",
        static input => HttpMessages.Decode(input, readsResponses: false),
        [.. RecordedBytes.Hex("mucp", "raw_hex", static message => !HttpMessages.IsResponse(message)), Chunked])
    {
        AllocationCap = HttpMessages.AllocationCap,
        Words = [.. HttpMessages.Words.Select(Encoding.ASCII.GetBytes)],
    };
}
