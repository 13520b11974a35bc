using System.Net.Sockets;
using System.Text;
using Micro.Registry;

namespace Micro.InteropTests.Mucp;

/// <summary>A plain socket to a server under test, with a small reader of HTTP/1.1 messages that knows nothing of ours.</summary>
public sealed class ReplaySocket : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private ReplaySocket(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    public static async Task<ReplaySocket> ConnectAsync(string address)
    {
        NodeAddress.TryParse(address, out _, out var port).Should().BeTrue();
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port);
        return new ReplaySocket(client);
    }

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads one message; <see langword="null"/> when the server closed.</summary>
    public async Task<RecordedMessage?> ReadAsync(int seconds = 10)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var head = new List<byte>();
        var one = new byte[1];
        while (!EndsWithEmptyLine(head))
        {
            if (await _stream.ReadAsync(one, limit.Token) == 0)
            {
                return head.Count == 0 ? null : throw new EndOfStreamException(Encoding.UTF8.GetString([.. head]));
            }

            head.Add(one[0]);
        }

        var lines = Encoding.UTF8.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).Select(parts => KeyValuePair.Create(parts[0], parts.Length > 1 ? parts[1] : "")).ToList();
        var length = headers.Where(header => header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(header => int.Parse(header.Value)).SingleOrDefault();
        var body = new byte[length];
        await _stream.ReadExactlyAsync(body, limit.Token);
        return new RecordedMessage(lines[0], headers, body, [.. head, .. body]);
    }

    /// <summary>Whether nothing comes for a while.</summary>
    public async Task<bool> IsSilentAsync(int milliseconds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds));
        try
        {
            return await _stream.ReadAsync(new byte[1], limit.Token) == -1;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }

    public void Dispose() => _client.Dispose();

    private static bool EndsWithEmptyLine(List<byte> head) => head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n';
}
