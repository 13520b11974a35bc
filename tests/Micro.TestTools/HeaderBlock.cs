using System.Text;

namespace Micro.TestTools;

/// <summary>
/// HPACK (RFC 7541) as far as a test needs it: writes literals only, reads all forms but Huffman coding, which Kestrel does
/// not use for what it sends.
/// </summary>
public sealed class HeaderBlock
{
    private static readonly string[] StaticNames =
    [
        "", ":authority", ":method", ":method", ":path", ":path", ":scheme", ":scheme", ":status", ":status", ":status", ":status", ":status", ":status",
        ":status", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "accept", "access-control-allow-origin", "age", "allow",
        "authorization", "cache-control", "content-disposition", "content-encoding", "content-language", "content-length", "content-location",
        "content-range", "content-type", "cookie", "date", "etag", "expect", "expires", "from", "host", "if-match", "if-modified-since", "if-none-match",
        "if-range", "if-unmodified-since", "last-modified", "link", "location", "max-forwards", "proxy-authenticate", "proxy-authorization", "range",
        "referer", "refresh", "retry-after", "server", "set-cookie", "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via",
        "www-authenticate",
    ];

    private static readonly Dictionary<int, string> StaticValues = new()
    {
        [2] = "GET",
        [3] = "POST",
        [4] = "/",
        [5] = "/index.html",
        [6] = "http",
        [7] = "https",
        [8] = "200",
        [9] = "204",
        [10] = "206",
        [11] = "304",
        [12] = "400",
        [13] = "404",
        [14] = "500",
    };

    private readonly List<(string Name, string Value)> _dynamic = [];

    public static byte[] Encode(IEnumerable<(string Name, string Value)> headers)
    {
        var block = new List<byte>();
        foreach (var (name, value) in headers)
        {
            block.Add(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return [.. block];
    }

    public List<(string Name, string Value)> Decode(byte[] block)
    {
        var headers = new List<(string, string)>();
        for (var at = 0; at < block.Length;)
        {
            var first = block[at];
            if ((first & 0x80) != 0)
            {
                headers.Add(Entry(ReadNumber(block, ref at, 7)));
            }
            else if ((first & 0xe0) == 0x20)
            {
                ReadNumber(block, ref at, 5);
                _dynamic.Clear();
            }
            else
            {
                var isIndexed = (first & 0x40) != 0;
                var index = ReadNumber(block, ref at, isIndexed ? 6 : 4);
                var name = index == 0 ? ReadText(block, ref at) : Entry(index).Name;
                var header = (name, ReadText(block, ref at));
                headers.Add(header);
                if (isIndexed)
                {
                    _dynamic.Insert(0, header);
                }
            }
        }

        return headers;
    }

    private (string Name, string Value) Entry(int index) =>
        index < StaticNames.Length ? (StaticNames[index], StaticValues.GetValueOrDefault(index, "")) : _dynamic[index - StaticNames.Length];

    private static void WriteText(List<byte> block, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length < 127)
        {
            block.Add((byte)bytes.Length);
        }
        else
        {
            block.Add(127);
            var rest = bytes.Length - 127;
            for (; rest >= 128; rest >>= 7)
            {
                block.Add((byte)(rest | 128));
            }

            block.Add((byte)rest);
        }

        block.AddRange(bytes);
    }

    private static int ReadNumber(byte[] block, ref int at, int bits)
    {
        var mask = (1 << bits) - 1;
        var number = block[at++] & mask;
        if (number < mask)
        {
            return number;
        }

        for (var shift = 0; ; shift += 7)
        {
            var next = block[at++];
            number += (next & 127) << shift;
            if (next < 128)
            {
                return number;
            }
        }
    }

    private static string ReadText(byte[] block, ref int at)
    {
        if ((block[at] & 0x80) != 0)
        {
            throw new InvalidDataException("the server is not expected to use Huffman coding");
        }

        var length = ReadNumber(block, ref at, 7);
        at += length;
        return Encoding.UTF8.GetString(block, at - length, length);
    }
}
