using System.Text;

namespace Micro.Bench.Rpc.Probing;

/// <summary>The bytes of the first call on a connection and of a later one.</summary>
internal sealed record WireSight(byte[] FirstRequest, byte[] FirstReply, byte[] Request, byte[] Reply)
{
    /// <summary>Gets whether the connection speaks HTTP/2, which begins with a fixed preface (RFC 9113, section 3.4).</summary>
    public bool IsHttp2 => FirstRequest.AsSpan().StartsWith("PRI * HTTP/2.0"u8);

    /// <summary>Gets whether the server agreed to multiplexing on the connection.</summary>
    public bool IsMultiplexed => Encoding.Latin1.GetString(FirstReply).Contains("\r\nMicro-Mux: 1\r\n", StringComparison.OrdinalIgnoreCase);
}
