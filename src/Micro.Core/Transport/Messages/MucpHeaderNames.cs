namespace Micro.Transport.Messages;

/// <summary>Header names with colon and blank, as they are written.</summary>
internal static class MucpHeaderNames
{
    public static ReadOnlySpan<byte> Accept => "Accept: "u8;

    public static ReadOnlySpan<byte> ContentLength => "Content-Length: "u8;

    public static ReadOnlySpan<byte> ContentType => "Content-Type: "u8;

    public static ReadOnlySpan<byte> Host => "Host: "u8;

    public static ReadOnlySpan<byte> MicroCancel => "Micro-Cancel: "u8;

    public static ReadOnlySpan<byte> MicroEndpoint => "Micro-Endpoint: "u8;

    public static ReadOnlySpan<byte> MicroError => "Micro-Error: "u8;

    public static ReadOnlySpan<byte> MicroId => "Micro-Id: "u8;

    public static ReadOnlySpan<byte> MicroMethod => "Micro-Method: "u8;

    public static ReadOnlySpan<byte> MicroMux => "Micro-Mux: "u8;

    public static ReadOnlySpan<byte> MicroRpc => "Micro-Rpc: "u8;

    public static ReadOnlySpan<byte> MicroService => "Micro-Service: "u8;

    public static ReadOnlySpan<byte> MicroStream => "Micro-Stream: "u8;

    public static ReadOnlySpan<byte> Timeout => "Timeout: "u8;

    /// <summary>The name prefix of response trailers, which are sent as headers.</summary>
    public static ReadOnlySpan<byte> TrailerPrefix => "Micro-Trailer-"u8;

    public static ReadOnlySpan<byte> XMicroEndpoint => "X-Micro-Endpoint: "u8;

    public static ReadOnlySpan<byte> XMicroError => "X-Micro-Error: "u8;

    public static ReadOnlySpan<byte> XMicroId => "X-Micro-Id: "u8;

    public static ReadOnlySpan<byte> XMicroMethod => "X-Micro-Method: "u8;

    public static ReadOnlySpan<byte> XMicroService => "X-Micro-Service: "u8;
}
