using System.Net.Sockets;
using System.Text;

namespace Micro.InteropTests.Mucp;

/// <summary>A small reader of HTTP/1.1 messages that knows nothing of ours.</summary>
public static class HttpText
{
    public static async Task<RecordedMessage?> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
            {
                return head.Count == 0 ? null : throw new EndOfStreamException(Encoding.UTF8.GetString([.. head]));
            }

            head.Add(one[0]);
        }

        var lines = Encoding.UTF8.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).Select(parts => KeyValuePair.Create(parts[0], parts.Length > 1 ? parts[1] : "")).ToList();
        var length = headers.Where(header => header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(header => int.Parse(header.Value)).SingleOrDefault();
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return new RecordedMessage(lines[0], headers, body, [.. head, .. body]);
    }
}
