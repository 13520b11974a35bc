using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Sockets;

/// <summary>
/// Opens the connections of a registry's HTTP client, and closes those whose local address the machine has lost, whose
/// requests would otherwise wait for their time limits. Safe for concurrent use.
/// </summary>
internal sealed class LocalConnections : IDisposable
{
    private readonly ConcurrentDictionary<Connection, byte> _open = new();
    private readonly Action? _changed;
    private readonly ILogger _logger;
    private readonly AddressWatch _watch;
    private string _addresses = "";
    private int _isStarted;

    /// <param name="time">Source of time.</param>
    /// <param name="random">Spreads the checks of the addresses; from 0 to 1.</param>
    /// <param name="logger">The logger for closed connections.</param>
    /// <param name="changed">Called after the machine's addresses have changed.</param>
    public LocalConnections(TimeProvider time, Func<double> random, ILogger logger, Action? changed = null)
    {
        _logger = logger;
        _changed = changed;
        _watch = new AddressWatch(_ => CheckAddresses(), time, random, logger);
    }

    /// <summary>Connects with keep-alive probes, so that a silently broken connection is detected within 25 s.</summary>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
        {
            _addresses = Identify(InterfaceAddresses.Read());
            _watch.Start();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            var connection = new Connection(this, socket);
            _open.TryAdd(connection, 0);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _watch.Dispose();

    private static string Identify(IReadOnlyList<InterfaceAddress> addresses) => string.Join('\n', addresses);

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());

    private void CheckAddresses()
    {
        var found = InterfaceAddresses.Read();
        var identity = Identify(found);
        if (string.Equals(identity, _addresses, StringComparison.Ordinal))
        {
            return;
        }

        _addresses = identity;
        var present = found.Select(static address => Plain(address.Address)).ToHashSet();
        foreach (var (connection, _) in _open)
        {
            if (connection.LocalAddress is { } local && !IPAddress.IsLoopback(local) && !present.Contains(Plain(local)))
            {
                _logger.LocalAddressLost(local.ToString());
                connection.Dispose();
            }
        }

        _changed?.Invoke();
    }

    private sealed class Connection(LocalConnections owner, Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        public IPAddress? LocalAddress { get; } = (socket.LocalEndPoint as IPEndPoint)?.Address;

        protected override void Dispose(bool disposing)
        {
            owner._open.TryRemove(this, out _);
            base.Dispose(disposing);
        }
    }
}
