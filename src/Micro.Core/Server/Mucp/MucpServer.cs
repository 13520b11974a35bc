using System.Text;
using Micro.Basics;
using Micro.Codecs;
using Micro.Server.Debug;
using Micro.Server.Handlers;
using Micro.Server.Listening;
using Micro.Server.Peers;
using Micro.Telemetry;
using Micro.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Server.Mucp;

/// <summary>mucp on the connections of a server, and what all of them share.</summary>
internal sealed class MucpServer
{
    private readonly ProtocolHost _host;

    public MucpServer(ProtocolHost host)
    {
        _host = host;
        var error = HeaderRules.Clean(ErrorJson.Format(MicroException.Unavailable(host.ServiceName, "server is stopping")));
        Goodbye = Encoding.UTF8.GetBytes(
            $"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nMicro-Error: {error}\r\nX-Micro-Error: {error}\r\n\r\n");
    }

    /// <summary>Version of HTTP that carries mucp.</summary>
    public const string HttpVersion = "1.1";

    /// <summary>Last words on a connection that waits for a request when the server stops.</summary>
    public ReadOnlyMemory<byte> Goodbye { get; }

    /// <summary>Calls to be used again.</summary>
    public ObjectPool<MucpServerCall> CallPool { get; } = Pools.Create<MucpServerCall>();

    public string ServiceName => _host.ServiceName;

    public EndpointTable Endpoints => _host.Endpoints;

    public ContentFormats Formats => _host.Formats;

    public FailureMapper Failures => _host.Failures;

    public HealthResponder Health => _host.Health;

    public RequestAdmission Admission => _host.Admission;

    public ServerStatistics Statistics => _host.Statistics;

    public ServerTelemetry Telemetry => _host.Telemetry;

    public TransportLimits Limits => _host.Limits;

    public TimeProvider TimeProvider => _host.TimeProvider;

    public Random Random => _host.Random;

    public ILogger Logger => _host.Logger;

    /// <summary>Whether replies say <c>Connection: close</c>, because the server is about to go.</summary>
    public bool IsDraining => _host.IsDraining;

    /// <summary>Notices when the process stood still.</summary>
    public PauseWatch Pauses => _host.Pauses;

    /// <summary>Fires when the stop begins.</summary>
    public CancellationToken Stopping => _host.Stopping;

    /// <summary>Fires when open streams have had their time.</summary>
    public CancellationToken StreamCut => _host.StreamCut;

    /// <summary>Fires when running calls have had their time.</summary>
    public CancellationToken Cut => _host.Cut;

    /// <summary>Fires when connections have to end, whatever still runs on them.</summary>
    public CancellationToken Leaving => _host.Leaving;

    /// <summary>Places of unary calls.</summary>
    public SlotBudget Calls => _host.Calls;

    /// <summary>Places of streams.</summary>
    public SlotBudget Streams => _host.Streams;

    /// <summary>Room for requests.</summary>
    public ByteBudget Held => _host.Held;

    /// <summary>Ends the stream when nothing is sent on it for too long.</summary>
    public StreamIdleWatch WatchIdle(HandlerContext context) => new(_host, context);

    public void BeginStream() => _host.BeginStream();

    public void EndStream() => _host.EndStream();

    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        using var serving = new MucpServerConnection(this, connection);
        _host.Reaper.Add(serving);
        try
        {
            await serving.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _host.Reaper.Remove(serving);
        }
    }
}
