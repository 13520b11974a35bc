using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Micro.AbuseTests.Lab;

/// <summary>A mucp client that asks and takes no answer. Its system keeps as little for it as it can.</summary>
internal sealed class SlowReader : IDisposable
{
    private static readonly byte[] Requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 100).Select(static id =>
        $"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Id: {id}\r\nMicro-Endpoint: Faults.Ask\r\nContent-Length: 2\r\n\r\n{{}}")));

    private readonly TcpClient _client;

    private SlowReader(TcpClient client) => _client = client;

    public static async Task<SlowReader> ConnectAsync(string address, IPAddress from)
    {
        var client = new TcpClient(new IPEndPoint(from, 0)) { NoDelay = true, ReceiveBufferSize = 4096, SendBufferSize = 4096 };
        await client.ConnectAsync(IPEndPoint.Parse(address));
        return new SlowReader(client);
    }

    /// <summary>Asks until the server closes; returns how long before that it had taken nothing any more.</summary>
    public async Task<TimeSpan> AskUntilClosedAsync()
    {
        var stream = _client.GetStream();
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            while (true)
            {
                began = TimeProvider.System.GetTimestamp();
                await stream.WriteAsync(Requests);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return TimeProvider.System.GetElapsedTime(began);
        }
    }

    public void Dispose() => _client.Dispose();
}
