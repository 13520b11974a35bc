using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Micro.TestTools;

/// <summary>
/// A TCP relay to a server whose connections can be made silent for good, as by a firewall that forgets them or a cable that
/// is pulled: both ends stay open, and nothing arrives any more. New connections work unless the relay holds them too.
/// </summary>
public sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Link, byte> _links = new();
    private readonly CancellationTokenSource _end = new();
    private readonly string _target;
    private readonly Task _accepting;
    private int _connections;

    public CutProxy(string target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Address to connect to in place of the server's.</summary>
    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>How many connections were accepted.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Whether new connections are accepted and then silent, as those to a process that hangs.</summary>
    public bool HoldsNew { get; set; }

    /// <summary>Makes all present connections silent for good.</summary>
    public void Cut()
    {
        foreach (var (link, _) in _links)
        {
            link.IsCut = true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var (link, _) in _links)
        {
            link.Dispose();
        }

        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(client);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The relay ends.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var link = new Link(client) { IsCut = HoldsNew };
        _links.TryAdd(link, 0);
        try
        {
            await link.Server.ConnectAsync(IPEndPoint.Parse(_target), _end.Token);
            await Task.WhenAny(link.PumpAsync(client, link.Server, _end.Token), link.PumpAsync(link.Server, client, _end.Token));
            if (link.IsCut)
            {
                await Task.Delay(Timeout.Infinite, _end.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end is gone.
        }
        finally
        {
            _links.TryRemove(link, out _);
            link.Dispose();
        }
    }

    private sealed class Link(Socket client) : IDisposable
    {
        public Socket Server { get; } = new(SocketType.Stream, ProtocolType.Tcp);

        public volatile bool IsCut;

        public async Task PumpAsync(Socket from, Socket to, CancellationToken end)
        {
            var buffer = new byte[64 * 1024];
            try
            {
                while (await from.ReceiveAsync(buffer, end) is > 0 and var count)
                {
                    for (var sent = 0; sent < count && !IsCut;)
                    {
                        sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), end);
                    }
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // One end is gone.
            }
        }

        public void Dispose()
        {
            client.Dispose();
            Server.Dispose();
        }
    }
}
