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
    public void Start()
    {
        WarmUp();
        _transport.Start(this);
    }

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
            Responder.OnResponse(message);
            Browser.OnResponse(message, from);
        }
    }

    public void OnInterfacesChanged() => Responder.AnnounceAll();

    /// <summary>
    /// Handles one answer before the first question is sent: the first lookup of a process would else spend its
    /// short time on compiling the code that reads the answer, and find nothing.
    /// </summary>
    private void WarmUp()
    {
        var payload = new TxtPayload { Service = "warm-up", Version = "1", Endpoints = [new Endpoint { Name = "A.B", Request = new Value() }] };
        var records = new NodeRecords(Names.Service("warm-up"), Names.Instance("warm-up", "1"), "host.", IPAddress.Loopback, 1, payload.Pack());
        var buffer = new byte[PacketBudget.MaxBytes];
        var answer = records.Answer(new DnsQuestion(records.Question, DnsType.Ptr), 0)!;
        if (DnsWriter.TryWrite(answer, buffer, compress: true, out var length) && DnsReader.TryRead(buffer.AsSpan(0, length), out var read))
        {
            _ = HeardNode.Collect(read, read.Answers[1])?.TryDecode(Names, out _, out _, out _);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync().ConfigureAwait(false);
        await Responder.DisposeAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }
}
