namespace Micro.FuzzTests.Engine;

/// <summary>Byte strings that have broken parsers of many formats.</summary>
internal static class MagicWords
{
    public static IReadOnlyList<byte[]> All { get; } =
    [
        [.. "\r\n"u8], [.. "\r\n\r\n"u8], [.. "\n"u8], [.. "\0"u8], [.. "%"u8], [.. "%00"u8], [.. "%ff"u8], [.. "="u8], [.. ","u8], [.. ":"u8], [.. "/../"u8],
        [.. "{"u8], [.. "}"u8], [.. "["u8], [.. "]"u8], [.. "\""u8], [.. "\\"u8], [.. "\\ud800"u8], [.. "\\u0000"u8], [.. "null"u8], [.. "true"u8], [.. "-1"u8],
        [.. "1e999"u8], [.. "NaN"u8], [.. "2147483648"u8], [.. "4294967296"u8], [.. "9223372036854775808"u8], [.. "99999999999999999999"u8],
        [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0xc0, 0x0c], [0xef, 0xbb, 0xbf], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf0, 0x9f, 0x98, 0x80], [0x1f, 0x8b], [0x78, 0x9c],
    ];
}
