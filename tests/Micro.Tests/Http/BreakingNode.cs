using System.Net;
using System.Net.Sockets;

namespace Micro.Tests.Http;

/// <summary>Takes requests, reads a part of each, and cuts the connection without an answer.</summary>
internal sealed class BreakingNode : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _work;
    private int _requests;

    public BreakingNode()
    {
        _listener.Start();
        _work = AcceptAsync();
    }

    public int Requests => Volatile.Read(ref _requests);

    public Node Node => new() { Id = "breaking", Address = _listener.LocalEndpoint.ToString()! };

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _work;
    }

    private async Task AcceptAsync()
    {
        var buffer = new byte[64 * 1024];
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                if (await client.GetStream().ReadAsync(buffer) > 0)
                {
                    Interlocked.Increment(ref _requests);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return; // stopped
            }
            catch (IOException)
            {
                // the client was faster
            }
        }
    }
}
