using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Micro.TestTools;

/// <summary>A server that does to each connection what a test says, and counts connections and requests.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private static readonly ConcurrentBag<Socket> Held = [];
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<RawSocket, int, Task> _script;
    private readonly Task _accepting;
    private int _connections;

    /// <param name="script">Runs for each connection with its number, 0 is the first; the connection ends with it.</param>
    public ScriptedServer(Func<RawSocket, int, Task> script)
    {
        _script = script;
        _listener.Start();
        Address = _listener.LocalEndpoint.ToString()!;
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>
    /// An address that refuses connections, for as long as the tests run: its port is held without listening, or
    /// another test could be given it, or a connection out of it could meet itself.
    /// </summary>
    public static string RefusedAddress()
    {
        var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Held.Add(held);
        return held.LocalEndPoint!.ToString()!;
    }

    /// <summary>Answers every request alike.</summary>
    public static ScriptedServer Answering(string body, string headers = "Content-Type: application/json\r\n") => new(async (socket, _) =>
    {
        while (await socket.ReadAsync(60) is not null)
        {
            await socket.SendReplyAsync(body, headers);
        }
    });

    /// <summary>Takes requests and never answers.</summary>
    public static ScriptedServer Silent() => new(async (socket, _) =>
    {
        while (await socket.ReadAsync(60) is not null)
        {
        }
    });

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception exception) when (exception is SocketException or InvalidOperationException)
            {
                return;
            }

            client.NoDelay = true;
            _ = ServeAsync(new RawSocket(client), Interlocked.Increment(ref _connections) - 1);
        }
    }

    private async Task ServeAsync(RawSocket socket, int number)
    {
        using (socket)
        {
            try
            {
                await _script(socket, number);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The client left first.
            }
        }
    }
}
