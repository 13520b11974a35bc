using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Micro.Testing.Network;

/// <summary>The ports of one network in memory. Like one machine: the host of an address is ignored.</summary>
internal sealed class MemoryPorts : IConnectionListenerFactory
{
    private const int FirstPort = 20_001;
    private const int Ports = 40_000;

    private readonly ConcurrentDictionary<int, MemoryListener> _listeners = new();
    private uint _given;

    /// <exception cref="AddressInUseException">The port is in use.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is not IPEndPoint { Port: var port, Address: var address })
        {
            throw new NotSupportedException($"a network in memory listens on IP addresses, not on '{endpoint}'");
        }

        if (port != 0)
        {
            return new(Listen(new IPEndPoint(address, port))
                ?? throw new AddressInUseException($"port {port} of the network in memory is in use"));
        }

        while (true)
        {
            if (Listen(new IPEndPoint(address, NextPort())) is { } listener)
            {
                return new(listener);
            }
        }
    }

    public MemoryListener? Find(int port) => _listeners.GetValueOrDefault(port);

    public void Release(int port, MemoryListener listener) => _listeners.TryRemove(KeyValuePair.Create(port, listener));

    private MemoryListener? Listen(IPEndPoint endPoint)
    {
        var listener = new MemoryListener(this, endPoint);
        return _listeners.TryAdd(endPoint.Port, listener) ? listener : null;
    }

    /// <summary>Ports are not reused soon, so that a client does not mistake a new service for a stopped one.</summary>
    private int NextPort() => FirstPort + (int)((Interlocked.Increment(ref _given) - 1) % Ports);
}
