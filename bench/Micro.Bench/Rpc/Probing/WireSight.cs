using System.Text;

namespace Micro.Bench.Rpc.Probing;

/// <summary>The bytes of the first call on a connection and of one well after it.</summary>
internal sealed record WireSight(byte[] FirstRequest, byte[] FirstReply, byte[] Request, byte[] Reply)
{
    /// <summary>Whether the connection speaks HTTP/2, which begins with a fixed preface (RFC 9113, section 3.4).</summary>
    public bool IsHttp2 => FirstRequest.AsSpan().StartsWith("PRI * HTTP/2.0"u8);

    /// <summary>Whether the server agreed to many calls at a time on the connection.</summary>
    public bool IsMultiplexed => Encoding.Latin1.GetString(FirstReply).Contains("\r\nMicro-Mux: 1\r\n", StringComparison.OrdinalIgnoreCase);
}
