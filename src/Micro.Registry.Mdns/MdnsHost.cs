using System.Net;
using Micro.Registry.Mdns.Browsing;
using Micro.Registry.Mdns.Dns;
using Micro.Registry.Mdns.Records;
using Micro.Registry.Mdns.Responding;
using Micro.Registry.Mdns.Transport;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns;

/// <summary>The mDNS engine of a process: one transport, one responder, one cache, shared by its registry objects.</summary>
internal sealed class MdnsHost : IMdnsReceiver, IAsyncDisposable
{
    private readonly IMdnsTransport _transport;
    private readonly int _port;

    public MdnsHost(
        MdnsRegistryOptions options,
        Func<MdnsStatistics, IMdnsTransport> createTransport,
        TimeProvider time,
        Func<double> random,
        ILogger logger)
    {
        _port = options.Port;
        _transport = createTransport(Statistics);
        Names = new MdnsNames(options.Domain);
        Responder = new Responder(Names, options.Port, _transport, Statistics, time, random, logger);
        Browser = new Browser(options, Names, _transport, Statistics, time, random, logger);
    }

    public MdnsNames Names { get; }

    public MdnsStatistics Statistics { get; } = new();

    public Responder Responder { get; }

    public Browser Browser { get; }

    /// <summary>Opens the sockets.</summary>
    /// <exception cref="RegistryUnavailableException">No interface can be used.</exception>
    public void Start() => _transport.Start(this);

    public void OnPacket(ReadOnlySpan<byte> packet, IPEndPoint from)
    {
        if (!DnsReader.TryRead(packet, out var message))
        {
            Statistics.CountMalformed();
        }
        else if (!message.IsOrdinary)
        {
            return;
        }
        else if (!message.IsResponse)
        {
            Responder.OnQuery(message, from);
        }
        else if (from.Port == _port)
        {
            // Answers always come from the protocol's port; anything else is forged.
            Browser.OnResponse(message, from);
        }
    }

    public void OnInterfacesChanged() => Responder.AnnounceAll();

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        await Responder.DisposeAsync();
        await _transport.DisposeAsync();
    }
}
