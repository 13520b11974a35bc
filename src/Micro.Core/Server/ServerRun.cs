using System.Net;
using Micro.Basics;
using Micro.Registry;
using Micro.Server.Debug;
using Micro.Server.Handlers;
using Micro.Server.Listening;
using Micro.Server.Mucp;
using Micro.Server.Peers;
using Micro.Server.Registrations;
using Micro.Transport;
using Micro.Transport.Messages;
using Micro.Transport.Security;
using Micro.Transport.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>
/// A server from one start to its stop: listen, accept, register; then withdraw, drain, close. In that order, so that the
/// first caller is accepted and the last one is still answered.
/// </summary>
internal sealed class ServerRun : IAsyncDisposable
{
    /// <summary>Time to send pending replies to slow readers, when all other time limits of the stop are used up.</summary>
    private static readonly TimeSpan LastRepliesTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Number of checks for the end of event streams, 250 ms at most.</summary>
    private const int EventStreamChecks = 25;

    private static readonly TimeSpan EventStreamPause = TimeSpan.FromMilliseconds(10);

    private readonly ServerOptions _options;
    private readonly IRegistry _registry;
    private readonly EndpointTable _endpoints;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ILogger _logger;
    private readonly ProtocolHost _host;
    private readonly IServerProtocol<ConnectionContext> _mucp;
    private readonly IServerProtocol<Http2Request>? _http2;
    private readonly RegistrationLoop _registration;
    private Listener? _listener;
    private OwnAddress? _address;
    private ServerTls? _tls;
    private volatile ServiceRecord? _record;

    public ServerRun(
        ServerOptions options,
        IRegistry registry,
        EndpointTableBuilder endpoints,
        ServerStatistics statistics,
        EventHandler<ServerStateChangedEventArgs> stateChanged,
        ILoggerFactory loggerFactory)
    {
        _options = options;
        _registry = registry;
        _endpoints = endpoints.Build(options.DebugHandler ? DebugHandler.Create(statistics, () => Health().IsReady, [.. options.Interceptors]) : [], options.Services?.GetService<IServiceScopeFactory>());
        _loggerFactory = loggerFactory;
        _logger = loggerFactory.CreateLineLogger("Micro.Server");
        Statistics = statistics;

        // Shared by all connections and the registration loop.
        var random = new SharedRandom();
        _host = new ProtocolHost(
            options,
            _endpoints,
            new FailureMapper(options.Name, options.ShowExceptionDetail, _logger),
            Health,
            statistics,
            random,
            loggerFactory.CreateLineLogger("Micro.Transport"));
        _mucp = new MucpServer(_host);
        _http2 = options.Http2?.Invoke(_host);
        _registration = new RegistrationLoop(registry, () => _record!, options, loggerFactory.CreateLineLogger("Micro.Registry"), options.TimeProvider, random);
        _registration.StateChanged += stateChanged;
        _registration.HealthChanged += (_, _) => _host.Health.Notify();
    }

    public ServerStatistics Statistics { get; }

    public int RunningCalls => _host.RunningCalls;

    public int Connections => _host.Reaper.Count;

    public ServerState State => _registration.State;

    public ServiceRecord? Record => _record;

    public string? Address => _listener is { } listener ? NodeAddress.Format(listener.EndPoint.Address, listener.EndPoint.Port) : null;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!ListenAddress.TryParse(_options.Address, out var address))
        {
            throw new InvalidOperationException($"server address '{_options.Address}' changed after validation");
        }

        _tls = _options.Tls is { } tls ? new ServerTls(tls, _http2 is not null, _options.TimeProvider, _host.Logger) : null;
        _listener = await Listener.StartAsync(_options.Network, address.Value, _options.Limits, _tls, Protocol, _http2, _loggerFactory, cancellationToken).ConfigureAwait(false);
        _logger.Listening(Address!);
        _address = new OwnAddress(_options, _listener.EndPoint, InterfaceAddresses.Read, _host.Random.NextDouble, _logger) { Changed = OnNetworkChanged };
        _record = CreateRecord();
        await _registration.StartAsync(cancellationToken).ConfigureAwait(false);
        WarnOfLoopback(_address.Address);
        _address.Follow();
    }

    public async Task StopAsync(CancellationToken skipWaits)
    {
        _address?.Dispose();
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _options.TimeProvider);
        await using var skipping = skipWaits.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), patience).ConfigureAwait(false);
        using var closed = new CancellationTokenSource();
        var streams = new StreamDrain(_host, _options.StreamDrainTimeout, _logger).RunAsync(patience, closed.Token);
        await _registration.StopAsync(skipWaits).ConfigureAwait(false);
        _host.BeginDrain();
        await DelayAsync(_options.DrainDelay ?? DrainDelays.Default(_registry.Name), skipWaits).ConfigureAwait(false);
        await CloseAsync(patience).ConfigureAwait(false);
        await closed.CancelAsync().ConfigureAwait(false);
        await streams.ConfigureAwait(false);
        _logger.Stopped(Statistics.Requests, Statistics.Errors);
    }

    /// <summary>Returns whether other machines read the registry: all but the one in memory.</summary>
    private void WarnOfLoopback(string address)
    {
        if (!string.Equals(_registry.Name, MemoryBackend.RegistryName, StringComparison.Ordinal)
            && NodeAddress.TryParse(address, out var host, out _)
            && IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip))
        {
            _logger.LoopbackAdvertised(_registry.Name, address);
        }
    }

    /// <summary>Returns the health, based on the registration, which begins when the server listens.</summary>
    public HealthReport Health()
    {
        var state = State;
        var error = _registration.LastError;
        var registration = state switch
        {
            ServerState.Registered => error is null ? "registered" : "registered in part",
            ServerState.Lost => HealthReport.Lost,
            ServerState.Draining => "draining",
            _ => "not registered",
        };
        return new HealthReport(_registration.IsReady, registration, error?.GetType().Name)
        {
            ConfirmedAt = _registration.ConfirmedAt,
            Conflict = _registration.Conflict,
            SnapshotAge = _options.SnapshotAge?.Invoke() ?? default,
        };
    }

    public async ValueTask DisposeAsync()
    {
        _address?.Dispose();
        await _registration.DisposeAsync().ConfigureAwait(false);
        if (_listener is { } listener)
        {
            await listener.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        _tls?.Dispose();
        _host.Dispose();
    }

    /// <summary>Returns the handler of connections; HTTP/2 connections continue with <paramref name="http2"/>.</summary>
    private ConnectionDelegate Protocol(ConnectionDelegate http2) =>
        new PeerGate(_host, _http2 is null ? _mucp.ServeAsync : new ProtocolChoice(_host, _mucp, http2).ServeAsync).ServeAsync;

    /// <summary>
    /// Waits for running calls. When the time limit passes, cancels them, gives them a moment to reply, lets connections send
    /// pending replies, and finally aborts.
    /// </summary>
    private async Task CloseAsync(CancellationTokenSource patience)
    {
        _host.BeginClose();
        patience.CancelAfter(_options.ShutdownTimeout);
        using var leaving = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _options.TimeProvider);
        using var end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _options.TimeProvider);
        await using var ending = leaving.Token.UnsafeRegister(_ =>
        {
            end.CancelAfter(LastRepliesTime);
            _host.Leave();
        }, null).ConfigureAwait(false);
        await using var cutting = patience.Token.UnsafeRegister(_ =>
        {
            leaving.CancelAfter(StreamDrain.CancelledCallsTime);
            Cut();
        }, null).ConfigureAwait(false);
        await WaitForEventStreamsAsync().ConfigureAwait(false);
        await _listener!.StopAsync(end.Token).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits until the streams of health and reflection have sent their status, before Kestrel closes their connections and could
    /// abort a stream. This needs only processor time, so the wait uses real time.
    /// </summary>
    private async Task WaitForEventStreamsAsync()
    {
        for (var looks = 0; looks < EventStreamChecks && _host.RunningStreams > 0; looks++)
        {
            await Task.Delay(EventStreamPause, TimeProvider.System).ConfigureAwait(false);
        }
    }

    private void Cut()
    {
        if (_host.RunningCalls - _host.RunningStreams is > 0 and var calls)
        {
            _logger.CallsCancelled(calls, _options.ShutdownTimeout);
        }

        _host.CutCalls();
    }

    private async Task DelayAsync(TimeSpan delay, CancellationToken skipWaits)
    {
        try
        {
            await Task.Delay(delay, _options.TimeProvider, skipWaits).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // An urgent stop: continue with closing.
        }
    }

    private ServiceRecord CreateRecord()
    {
        var metadata = new Dictionary<string, string>(_options.Metadata, StringComparer.Ordinal)
        {
            ["transport"] = string.Equals(_options.Protocol, ProtocolNames.Grpc, StringComparison.Ordinal) ? ProtocolNames.Grpc : "http",
            ["broker"] = "http",
            ["server"] = _options.Protocol,
            ["registry"] = _registry.Name,
            ["protocol"] = _options.Protocol,
            [Multiplexing.MetadataKey] = "1",
        };
        if (_tls is not null)
        {
            metadata[NodeTls.MetadataKey] = "1";
        }

        if (_http2 is not null)
        {
            metadata[ProtocolNames.MetadataKey] = ProtocolNames.Both;
        }

        return new ServiceRecord
        {
            Name = _options.Name,
            Version = _options.Version,
            Endpoints = _endpoints.Advertised,
            Nodes = [new Node { Id = $"{_options.Name}-{_options.Id}", Address = _address!.Address, Metadata = metadata }],
        };
    }

    private void OnNetworkChanged(bool isOther)
    {
        if (isOther)
        {
            _record = CreateRecord();
        }

        // A registration that waits for its next attempt may succeed now.
        if (isOther || State != ServerState.Registered)
        {
            _registration.Refresh();
        }
    }
}
