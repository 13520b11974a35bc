using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Micro.TestTools;

/// <summary>A plain socket with a small reader of HTTP/1.1 messages that knows nothing of ours.</summary>
public sealed class RawSocket(TcpClient client) : IDisposable
{
    private readonly NetworkStream _stream = client.GetStream();

    /// <summary>Whether bytes wait, or the other side closed.</summary>
    public bool IsReadable => client.Client.Poll(0, SelectMode.SelectRead);

    /// <param name="address">Host and port.</param>
    /// <param name="from">The own address; without it the system chooses.</param>
    public static async Task<RawSocket> ConnectAsync(string address, IPAddress? from = null)
    {
        var client = new TcpClient(new IPEndPoint(from ?? IPAddress.Any, 0)) { NoDelay = true };
        await client.ConnectAsync(IPEndPoint.Parse(address));
        return new RawSocket(client);
    }

    public async Task SendAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a mucp request; headers end with CR LF each.</summary>
    public Task SendRequestAsync(string endpoint, string body = "", string headers = "", string contentType = "application/json") =>
        SendAsync($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: {contentType}\r\nMicro-Endpoint: {endpoint}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}");

    /// <summary>Answers a request; headers end with CR LF each.</summary>
    public Task SendReplyAsync(string body = "", string headers = "Content-Type: application/json\r\n") =>
        SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}");

    /// <summary>Reads one message; <see langword="null"/> when the other side closed or cut.</summary>
    public async Task<RawMessage?> ReadAsync(int seconds = 20)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var head = new List<byte>();
        var one = new byte[1];
        while (!(head.Count >= 4 && head[^4] == '\r' && head[^3] == '\n' && head[^2] == '\r' && head[^1] == '\n'))
        {
            try
            {
                if (await _stream.ReadAsync(one, limit.Token) == 0)
                {
                    return head.Count == 0 ? null : throw new EndOfStreamException(Encoding.UTF8.GetString([.. head]));
                }
            }
            catch (IOException)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var lines = Encoding.UTF8.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).Select(parts => KeyValuePair.Create(parts[0], parts.Length > 1 ? parts[1] : "")).ToList();
        var length = headers.Where(header => header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(header => int.Parse(header.Value)).SingleOrDefault();
        var body = new byte[length];
        await _stream.ReadExactlyAsync(body, limit.Token);
        return new RawMessage(lines[0], headers, body);
    }

    /// <summary>Reads bytes until the other side closes or cuts.</summary>
    public async Task<byte[]> ReadToEndAsync(int seconds = 20)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        using var bytes = new MemoryStream();
        try
        {
            await _stream.CopyToAsync(bytes, limit.Token);
        }
        catch (IOException)
        {
            // Cut: what came before counts.
        }

        return bytes.ToArray();
    }

    /// <summary>Ends with a reset in place of a regular close.</summary>
    public void Cut()
    {
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
    }

    public void Dispose() => client.Dispose();
}
