using System.Text;

namespace Micro.Transport.Messages;

/// <summary>Matches header names in place, without creating strings. Names are case-insensitive (RFC 9110, section 5.1).</summary>
internal static class KnownHeaders
{
    public static KnownHeader Match(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => Is(name, "Host"u8, KnownHeader.Host),
        6 => (name[0] | 0x20) == 'e' ? Is(name, "Expect"u8, KnownHeader.Expect) : Is(name, "Origin"u8, KnownHeader.Origin),
        7 => Is(name, "Timeout"u8, KnownHeader.Timeout),
        8 => Is(name, "Micro-Id"u8, KnownHeader.MicroId),
        9 => (name[6] | 0x20) == 'm' ? Is(name, "Micro-Mux"u8, KnownHeader.MicroMux) : Is(name, "Micro-Rpc"u8, KnownHeader.MicroRpc),
        10 => (name[0] | 0x20) == 'c' ? Is(name, "Connection"u8, KnownHeader.Connection) : Is(name, "X-Micro-Id"u8, KnownHeader.XMicroId),
        11 => (name[6] | 0x20) switch
        {
            (byte)'e' => Is(name, "Micro-Error"u8, KnownHeader.MicroError),
            _ => Is(name, "Micro-Topic"u8, KnownHeader.MicroTopic),
        },
        12 => (name[0] | 0x20) == 'c'
            ? Is(name, "Content-Type"u8, KnownHeader.ContentType)
            : (name[6] | 0x20) switch
            {
                (byte)'m' => Is(name, "Micro-Method"u8, KnownHeader.MicroMethod),
                (byte)'c' => Is(name, "Micro-Cancel"u8, KnownHeader.MicroCancel),
                _ => Is(name, "Micro-Stream"u8, KnownHeader.MicroStream),
            },
        13 => (name[0] | 0x20) == 'x' ? Is(name, "X-Micro-Error"u8, KnownHeader.XMicroError) : Is(name, "Micro-Service"u8, KnownHeader.MicroService),
        14 => (name[0] | 0x20) switch
        {
            (byte)'c' => Is(name, "Content-Length"u8, KnownHeader.ContentLength),
            (byte)'m' => Is(name, "Micro-Endpoint"u8, KnownHeader.MicroEndpoint),
            _ => (name[8] | 0x20) == 'm' ? Is(name, "X-Micro-Method"u8, KnownHeader.XMicroMethod) : Is(name, "X-Micro-Stream"u8, KnownHeader.XMicroStream),
        },
        15 => Is(name, "X-Micro-Service"u8, KnownHeader.XMicroService),
        16 => (name[0] | 0x20) == 'c' ? Is(name, "Content-Encoding"u8, KnownHeader.ContentEncoding) : Is(name, "X-Micro-Endpoint"u8, KnownHeader.XMicroEndpoint),
        17 => Is(name, "Transfer-Encoding"u8, KnownHeader.TransferEncoding),
        _ => KnownHeader.Other,
    };

    /// <summary>Headers that the framework writes itself; they override the same name in metadata.</summary>
    public static bool IsOurs(string key)
    {
        Span<byte> name = stackalloc byte[32];
        return key.Length <= 32
            && Encoding.ASCII.TryGetBytes(key, name, out var length)
            && (Match(name[..length]) != KnownHeader.Other || string.Equals(key, "Accept", StringComparison.OrdinalIgnoreCase));
    }

    private static KnownHeader Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected, KnownHeader header) =>
        Ascii.EqualsIgnoreCase(name, expected) ? header : KnownHeader.Other;
}
