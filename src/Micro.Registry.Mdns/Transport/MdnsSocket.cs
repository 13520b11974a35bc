using System.Net;
using System.Net.Sockets;
using Micro.Basics;
using Micro.Registry.Mdns.Dns;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns.Transport;

/// <summary>One UDP socket of one address family, with its receive loop.</summary>
internal sealed class MdnsSocket : IDisposable
{
    private static readonly IPAddress GroupIPv4 = IPAddress.Parse("224.0.0.251");
    private static readonly IPAddress GroupIPv6 = IPAddress.Parse("ff02::fb");

    private readonly Socket _socket;
    private readonly IPEndPoint _group;
    private readonly IPEndPoint _any;

    private MdnsSocket(Socket socket, int groupPort)
    {
        _socket = socket;
        _group = new IPEndPoint(IsIPv6 ? GroupIPv6 : GroupIPv4, groupPort);
        _any = new IPEndPoint(IsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
    }

    /// <summary>Handles a received packet; the bytes are valid only during the call.</summary>
    public delegate void PacketHandler(ReadOnlySpan<byte> packet, IPEndPoint from);

    public bool IsIPv6 => _socket.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>Opens a socket; port 0 takes a free one.</summary>
    public static MdnsSocket Open(AddressFamily family, int port, int groupPort)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (family == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            if (port != 0)
            {
                // Before binding, or the port cannot be shared with other responders of the machine.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }

            // Room for bursts; the system grants what it allows.
            socket.ReceiveBufferSize = 4 * 1024 * 1024;
            var level = family == AddressFamily.InterNetworkV6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;
            socket.SetSocketOption(level, SocketOptionName.MulticastLoopback, true);
            socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, 255);
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
            return new MdnsSocket(socket, groupPort);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Joins the group on an interface; being a member already is no error.</summary>
    public void Join(MdnsInterface used)
    {
        try
        {
            if (IsIPv6)
            {
                _socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.AddMembership, new IPv6MulticastOption(GroupIPv6, used.Index));
            }
            else
            {
                _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(GroupIPv4, used.Index));
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
        {
            // A member already, or the interface has gone since it was listed; the next change is followed again.
        }
    }

    /// <summary>Sends to the group on one interface. Calls must not overlap: the interface is a state of the socket.</summary>
    public void SendToGroup(ReadOnlySpan<byte> packet, MdnsInterface used)
    {
        if (IsIPv6)
        {
            _socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.MulticastInterface, used.Index);
        }
        else
        {
            // By address, not by index: only this gives the packet a source address on a loopback.
            _socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, used.IPv4!.GetAddressBytes());
        }

        _ = _socket.SendTo(packet, SocketFlags.None, _group);
    }

    public bool TrySendTo(ReadOnlySpan<byte> packet, IPEndPoint to)
    {
        try
        {
            _ = _socket.SendTo(packet, SocketFlags.None, to);
            return true;
        }
        catch (SocketException)
        {
            // The asker is gone or unreachable; it will ask again if it still wants to know.
            return false;
        }
    }

    public async Task ReceiveAsync(PacketHandler handler, TimeProvider time, Func<double> random, ILogger logger, CancellationToken cancellationToken)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(DnsLimits.MaxPacketBytes, pinned: true);
        var sender = new SocketAddress(_socket.AddressFamily);
        var failures = new FailureRow("Receiving mDNS packets", time, logger);
        var badPackets = new FailureRow("Handling mDNS packets", time, logger);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var length = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, sender, cancellationToken).ConfigureAwait(false);
                if (failures.End(out var count, out var outage))
                {
                    MdnsBackend.Log.ReceiveRestored(logger, count, outage);
                }

                Handle(handler, buffer.AsSpan(0, length), (IPEndPoint)_any.Create(sender), badPackets, logger);
            }
            catch (SocketException exception)
            {
                var isNews = failures.Add(exception);
                var delay = TimeSpan.FromMilliseconds(Math.Min(1000, 10 << Math.Min(failures.Count, 7)) * (0.8 + (0.4 * random())));
                if (isNews)
                {
                    MdnsBackend.Log.ReceiveFailed(logger, failures.Count, delay, FailureRow.TextOf(exception));
                }

                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static void Handle(PacketHandler handler, ReadOnlySpan<byte> packet, IPEndPoint from, FailureRow failures, ILogger logger)
    {
        try
        {
            handler(packet, from);
            failures.End();
        }
        catch (Exception exception)
        {
            // One packet must never end the loop.
            if (failures.Add(exception))
            {
                MdnsBackend.Log.PacketFailed(logger, from, FailureRow.TextOf(exception), FailureRow.KindOf(exception));
            }
        }
    }
}
