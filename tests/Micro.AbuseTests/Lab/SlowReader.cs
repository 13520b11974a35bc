using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Micro.AbuseTests.Lab;

/// <summary>A mucp client that asks and takes no answer. Its system keeps as little for it as it can.</summary>
internal sealed class SlowReader : IDisposable
{
    private readonly TcpClient _client;
    private readonly byte[] _requests;

    private SlowReader(TcpClient client, string endpoint)
    {
        _client = client;
        _requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 100).Select(id =>
            $"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Id: {id}\r\nMicro-Endpoint: {endpoint}\r\nContent-Length: 2\r\n\r\n{{}}")));
    }

    public static async Task<SlowReader> ConnectAsync(string address, IPAddress from, string endpoint)
    {
        var client = new TcpClient(new IPEndPoint(from, 0)) { NoDelay = true, ReceiveBufferSize = 4096, SendBufferSize = 4096 };
        await client.ConnectAsync(IPEndPoint.Parse(address));
        return new SlowReader(client, endpoint);
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
                await stream.WriteAsync(_requests);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return TimeProvider.System.GetElapsedTime(began);
        }
    }

    public void Dispose() => _client.Dispose();
}
