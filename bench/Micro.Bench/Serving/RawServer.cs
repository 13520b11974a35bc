using System.Net;
using System.Net.Sockets;

namespace Micro.Bench.Serving;

/// <summary>
/// The lower bound: for each request length of bytes received it sends a reply length of bytes, with one send per receive.
/// Parses nothing and reuses all buffers.
/// </summary>
internal sealed class RawServer : IBenchServer
{
    private const int MostBytes = 256 * 1024;
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly int _request;
    private readonly int _reply;
    private readonly Task _accepting;

    private RawServer(Socket listener, int request, int reply)
    {
        _listener = listener;
        _request = request;
        _reply = reply;
        Ready = new ServerReady(listener.LocalEndPoint!.ToString()!);
        _accepting = AcceptAsync();
    }

    public ServerReady Ready { get; }

    public static RawServer Start(int request, int reply)
    {
        if (request is < 1 or > MostBytes || reply is < 1 or > MostBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(request), $"a raw server needs --request and --reply of 1 to {MostBytes} bytes: {request}, {reply}");
        }

        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1024);
        return new RawServer(listener, request, reply);
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
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync(_stop.Token);
                connection.NoDelay = true;
                _ = EchoAsync(connection);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task EchoAsync(Socket connection)
    {
        var input = new byte[MostBytes];
        var output = new byte[Math.Max(_reply, (MostBytes / _request * _reply) + _reply)];
        var waiting = 0;
        try
        {
            using (connection)
            {
                while (await connection.ReceiveAsync(input, _stop.Token) is > 0 and var received)
                {
                    waiting += received;
                    var bytes = waiting / _request * _reply;
                    waiting %= _request;
                    for (var sent = 0; sent < bytes;)
                    {
                        sent += await connection.SendAsync(output.AsMemory(sent, bytes - sent), _stop.Token);
                    }
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The client went away, or this server stops.
        }
    }
}
