using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Micro.Basics;
using Micro.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns.Transport;

/// <summary>
/// The sockets of one process: a pair on the protocol's port, and a pair on a port of its own for queries, because of
/// several sockets on the protocol's port only one gets a unicast answer.
/// </summary>
internal sealed class MdnsTransport(
    MdnsRegistryOptions options, MdnsStatistics statistics, TimeProvider time, Func<double> random, ILogger logger) : IMdnsTransport
{
    private readonly Lock _sendGate = new();
    private readonly BackgroundTasks _loops = new(logger);
    private readonly MdnsSocket?[] _sockets = new MdnsSocket?[4];
    private readonly HashSet<string> _failing = [];
    private readonly FailureRow _refreshFailures = new("Following the network interfaces", time, logger);
    private volatile IReadOnlyList<MdnsInterface> _interfaces = [];
    private IMdnsReceiver _receiver = null!;
    private AddressWatch? _addresses;

    public void Start(IMdnsReceiver receiver)
    {
        _receiver = receiver;
        _interfaces = MdnsInterfaces.Find([.. options.Interfaces]);
        if (_interfaces.Count == 0)
        {
            throw Unavailable(
                options.Interfaces.Count == 0 ? "no network interface is up" : $"none of the interfaces {string.Join(", ", options.Interfaces)} is up", null);
        }

        Exception? cause = null;
        foreach (var family in new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 })
        {
            try
            {
                Open(family);
            }
            catch (SocketException exception)
            {
                cause = exception;
                MdnsBackend.Log.FamilyUnavailable(logger, family == AddressFamily.InterNetwork ? "IPv4" : "IPv6", exception);
            }
        }

        Join();
        if (_sockets.All(socket => socket is null))
        {
            throw Unavailable($"port {options.Port} cannot be opened", cause);
        }

        foreach (var socket in _sockets)
        {
            if (socket is not null)
            {
                _loops.Run(cancellationToken => socket.ReceiveAsync(OnReceived, time, random, logger, cancellationToken));
            }
        }

        _addresses = new AddressWatch(Refresh, time, random, logger);
        _addresses.Start();
        LogInterfaces(isChange: false);
    }

    public bool SendToGroup(ReadOnlySpan<byte> packet, MdnsChannel channel)
    {
        var sent = false;
        lock (_sendGate)
        {
            foreach (var used in _interfaces)
            {
                sent |= used.IPv4 is not null && TrySend(Socket(channel, isIPv6: false), used, packet);
                sent |= used.UseIPv6 && TrySend(Socket(channel, isIPv6: true), used, packet);
            }
        }

        return sent;
    }

    public bool SendTo(ReadOnlySpan<byte> packet, IPEndPoint to) =>
        Socket(MdnsChannel.Service, to.AddressFamily == AddressFamily.InterNetworkV6)?.TrySendTo(packet, to) is true;

    public bool IsOwn(IPAddress address)
    {
        if (IPAddress.IsLoopback(address))
        {
            return true;
        }

        foreach (var used in _interfaces)
        {
            if (used.Addresses.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        _addresses?.Dispose();
        await _loops.DisposeAsync().ConfigureAwait(false);
        foreach (var socket in _sockets)
        {
            socket?.Dispose();
        }
    }

    private static RegistryUnavailableException Unavailable(string problem, Exception? cause) => new(
        "mdns", $"mDNS cannot be used: {problem}; choose another registry, for example --registry=memory or --registry=consul", cause);

    private MdnsSocket? Socket(MdnsChannel channel, bool isIPv6) => _sockets[((int)channel * 2) + (isIPv6 ? 1 : 0)];

    private void Open(AddressFamily family)
    {
        var offset = family == AddressFamily.InterNetworkV6 ? 1 : 0;
        _sockets[offset] = MdnsSocket.Open(family, options.Port, options.Port);
        _sockets[2 + offset] = MdnsSocket.Open(family, 0, options.Port);
    }

    private void Join()
    {
        foreach (var used in _interfaces)
        {
            if (used.IPv4 is not null)
            {
                _sockets[0]?.Join(used);
            }

            if (used.UseIPv6)
            {
                _sockets[1]?.Join(used);
            }
        }
    }

    private bool TrySend(MdnsSocket? socket, MdnsInterface used, ReadOnlySpan<byte> packet)
    {
        if (socket is null)
        {
            return false;
        }

        var key = used.Name + (socket.IsIPv6 ? " (IPv6)" : " (IPv4)");
        try
        {
            socket.SendToGroup(packet, used);
            if (_failing.Remove(key))
            {
                MdnsBackend.Log.SendRestored(logger, key);
            }

            return true;
        }
        catch (SocketException exception)
        {
            if (_failing.Add(key))
            {
                MdnsBackend.Log.SendFailed(logger, key, FailureRow.TextOf(exception));
            }

            return false;
        }
    }

    private void OnReceived(ReadOnlySpan<byte> packet, IPEndPoint from)
    {
        if (!IsOnLink(from.Address))
        {
            statistics.CountOffLink();
            return;
        }

        _receiver.OnPacket(packet, from);
    }

    private bool IsOnLink(IPAddress source)
    {
        if (options.AllowedNetworks.Count > 0)
        {
            return options.AllowedNetworks.Any(network => network.Contains(source));
        }

        if (source.IsIPv6LinkLocal || IPAddress.IsLoopback(source))
        {
            return true;
        }

        foreach (var used in _interfaces)
        {
            foreach (var subnet in used.Subnets)
            {
                if (subnet.Contains(source))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <param name="isReported"><see langword="true"/> when the system has reported a change.</param>
    private void Refresh(bool isReported)
    {
        try
        {
            var found = MdnsInterfaces.Find([.. options.Interfaces]);
            var isSame = found.Select(used => used.Identity).SequenceEqual(_interfaces.Select(used => used.Identity), StringComparer.Ordinal);
            lock (_sendGate)
            {
                _interfaces = found;
                Join();
            }

            // An interface that went down and up again looks the same, but its neighbours may have missed something.
            if (!isSame || isReported)
            {
                LogInterfaces(isChange: true);
                _receiver.OnInterfacesChanged();
            }

            _refreshFailures.End();
        }
        catch (Exception exception) when (exception is NetworkInformationException or SocketException)
        {
            if (_refreshFailures.Add(exception))
            {
                MdnsBackend.Log.RefreshFailed(logger, _refreshFailures.Count, FailureRow.TextOf(exception));
            }
        }
    }

    private void LogInterfaces(bool isChange)
    {
        if (!logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        var used = string.Join(", ", _interfaces.Select(used => used.Name));
        if (isChange)
        {
            MdnsBackend.Log.InterfacesChanged(logger, used);
        }
        else
        {
            MdnsBackend.Log.Opened(logger, options.Port, used);
            if (Container.IsHere())
            {
                MdnsBackend.Log.InContainer(logger);
            }
        }
    }
}
