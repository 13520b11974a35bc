using System.Collections.Concurrent;
using System.Net.Sockets;
using Micro.Testing.Network;
using Micro.Transport;
using Micro.Transport.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Micro.Testing;

/// <summary>
/// A network for services under test, with faults for each node. In memory it opens no port and nothing leaves the process;
/// over sockets it uses those of the machine. Above the bytes everything is as in production: protocols, connection pools,
/// limits, deadlines. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The network in memory is like one machine: hosts are ignored, and an unused port refuses connections. It does not support
/// TLS; a network over sockets does.
/// </remarks>
public sealed class TestNetwork
{
    private readonly ConcurrentDictionary<string, NodeFaults> _faults = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;

    private TestNetwork(INetwork inner, TimeProvider? time)
    {
        _time = time ?? TimeProvider.System;
        Inner = new FaultNetwork(this, inner);
    }

    /// <summary>The nodes that a client has tried to connect to, or whose faults were requested.</summary>
    public IReadOnlyCollection<NodeFaults> Nodes => [.. _faults.Values];

    /// <summary>The network for options of servers and clients.</summary>
    internal INetwork Inner { get; }

    /// <summary>Creates a network in memory.</summary>
    /// <param name="time">Clock of delays; the system's by default.</param>
    public static TestNetwork InMemory(TimeProvider? time = null) => new(new MemoryNetwork(), time);

    /// <summary>Creates a network over the machine's sockets, for tests that need the real ones, TLS, or a peer outside of the process.</summary>
    /// <param name="time">Clock of delays; the system's by default.</param>
    public static TestNetwork OverSockets(TimeProvider? time = null) => new(SocketNetwork.Instance, time);

    /// <summary>Returns the faults between clients and a node; the same object each time.</summary>
    /// <param name="address">Address of the node as clients connect to it, <c>host:port</c>.</param>
    /// <exception cref="ArgumentException">It is not <c>host:port</c>.</exception>
    public NodeFaults Faults(string address) =>
        NodeAddress.TryParse(address, out var host, out var port) && host.Length > 0 && port > 0
            ? Faults(host, port)
            : throw new ArgumentException($"'{address}' is not host:port", nameof(address));

    /// <summary>Ends the faults of all nodes.</summary>
    public void Heal()
    {
        foreach (var faults in _faults.Values)
        {
            faults.Heal();
        }
    }

    internal static SocketException Refused() => new((int)SocketError.ConnectionRefused);

    private NodeFaults Faults(string host, int port) =>
        _faults.GetOrAdd(NodeAddress.Format(host, port), static address => new NodeFaults(address));

    /// <summary>Every connection of a client passes the faults of its node.</summary>
    private sealed class FaultNetwork(TestNetwork owner, INetwork inner) : INetwork
    {
        public IConnectionListenerFactory Listeners => inner.Listeners;

        public bool CarriesServerTls => inner.CarriesServerTls;

        public ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken) =>
            owner.Faults(host, port).ConnectAsync(limit => inner.ConnectAsync(host, port, limit), owner._time, cancellationToken);
    }

    private sealed class MemoryNetwork : INetwork
    {
        private readonly MemoryPorts _ports = new();

        public IConnectionListenerFactory Listeners => _ports;

        public bool CarriesServerTls => false;

        public ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken) =>
            _ports.Find(port)?.TryConnect() is { } stream ? new(stream) : ValueTask.FromException<Stream>(Refused());
    }
}
