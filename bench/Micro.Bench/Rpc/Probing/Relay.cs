using System.Net;
using System.Net.Sockets;

namespace Micro.Bench.Rpc.Probing;

/// <summary>Relays and records the bytes between a client and a server, to measure what is on the wire.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private readonly MemoryStream _requests = new();
    private readonly MemoryStream _replies = new();

    private Relay(IPEndPoint server)
    {
        _server = server;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public string Address => _listener.LocalEndPoint!.ToString()!;

    public static Relay Start(string server) => new(IPEndPoint.Parse(server));

    /// <summary>Returns the bytes since the last request, to the server and back.</summary>
    public (byte[] Requests, byte[] Replies) Take()
    {
        lock (_gate)
        {
            var passed = (_requests.ToArray(), _replies.ToArray());
            _requests.SetLength(0);
            _replies.SetLength(0);
            return passed;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                running.Add(ServeAsync(await _listener.AcceptAsync(_stop.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(running);
    }

    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await server.ConnectAsync(_server, _stop.Token);
                await Task.WhenAny(PassAsync(client, server, _requests), PassAsync(server, client, _replies));
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                // The server does not listen, or the relay stops: the client sees a closed connection.
            }
        }
    }

    private async Task PassAsync(Socket from, Socket to, MemoryStream seen)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var received)
            {
                lock (_gate)
                {
                    seen.Write(buffer, 0, received);
                }

                await to.SendAsync(buffer.AsMemory(0, received), _stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side went away, or the relay stops.
        }
    }
}
