using System.Net;
using System.Net.NetworkInformation;
using Micro.Registry;
using Micro.Server.Debug;
using Micro.Server.Handlers;
using Micro.Transport;
using Micro.Transport.Mucp;
using Micro.Transport.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>
/// A server from one start to its stop: listen, accept, register; then withdraw, drain, close. In that order, so that
/// the first caller never meets a closed door and the last one is still answered.
/// </summary>
internal sealed class ServerRun : IAsyncDisposable
{
    private static readonly TimeSpan DefaultDrainDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Where clients learn of a deregistration late: by a datagram, or by a blocking query that a busy agent answers.</summary>
    private static readonly TimeSpan SlowRegistryDrainDelay = TimeSpan.FromMilliseconds(1500);

    private readonly ServerOptions _options;
    private readonly IRegistry _registry;
    private readonly EndpointTable _endpoints;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ILogger _logger;
    private readonly ProtocolHost _host;
    private readonly MucpServer _mucp;
    private readonly IHttp2Protocol? _http2;
    private readonly RegistrationLoop _registration;
    private Listener? _listener;
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
        _logger = loggerFactory.CreateLogger("Micro.Server");
        Statistics = statistics;

        // All connections and the registration loop draw from it.
        var random = new SharedRandom();
        _host = new ProtocolHost(
            options,
            _endpoints,
            new FailureMapper(options.Name, options.ShowExceptionDetail, _logger),
            Health,
            statistics,
            random,
            loggerFactory.CreateLogger("Micro.Transport"));
        _mucp = new MucpServer(_host);
        _http2 = options.Http2?.Invoke(_host);
        _registration = new RegistrationLoop(registry, () => _record!, options, loggerFactory.CreateLogger("Micro.Registry"), options.TimeProvider, random);
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
            throw new InvalidOperationException($"server address '{_options.Address}' changed after it was checked");
        }

        _tls = _options.Tls is { } tls ? new ServerTls(tls, _http2 is not null, _options.TimeProvider, _host.Logger) : null;
        _listener = await Listener.StartAsync(_options.Network, address.Value, _options.Limits, _tls, Protocol, _http2, _loggerFactory, cancellationToken).ConfigureAwait(false);
        _logger.Listening(Address!);
        _record = MakeRecord();
        await _registration.StartAsync(cancellationToken).ConfigureAwait(false);
        NetworkChange.NetworkAddressChanged += OnNetworkAddressChanged;
    }

    public async Task StopAsync(CancellationToken skipWaits)
    {
        NetworkChange.NetworkAddressChanged -= OnNetworkAddressChanged;
        await _registration.StopAsync(skipWaits).ConfigureAwait(false);
        _host.BeginDrain();
        var isSlow = CompositeContext.Includes(_registry.Name, "mdns") || CompositeContext.Includes(_registry.Name, "consul");
        await DelayAsync(_options.DrainDelay ?? (isSlow ? SlowRegistryDrainDelay : DefaultDrainDelay), skipWaits).ConfigureAwait(false);
        await CloseAsync(skipWaits).ConfigureAwait(false);
        _logger.Stopped(Statistics.Requests, Statistics.Errors);
    }

    /// <summary>Reports readiness by the registration, which begins when the server listens.</summary>
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
        NetworkChange.NetworkAddressChanged -= OnNetworkAddressChanged;
        await _registration.DisposeAsync().ConfigureAwait(false);
        if (_listener is { } listener)
        {
            await listener.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        _tls?.Dispose();
        _http2?.Dispose();
        _host.Dispose();
    }

    /// <summary>What serves a connection; one that speaks HTTP/2 goes on to <paramref name="http2"/>.</summary>
    private ConnectionDelegate Protocol(ConnectionDelegate http2) =>
        _http2 is null ? _mucp.ServeAsync : new ProtocolChoice(_host, _mucp.ServeAsync, http2).ServeAsync;

    private async Task CloseAsync(CancellationToken skipWaits)
    {
        _host.BeginClose();
        using var patience = new CancellationTokenSource(_options.ShutdownTimeout, _options.TimeProvider);
        await using var skipping = skipWaits.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), patience).ConfigureAwait(false);
        await using var cutting = patience.Token.UnsafeRegister(static run => ((ServerRun)run!).Cut(), this).ConfigureAwait(false);

        // Cancelled calls get a second to say so to their callers before the connections go.
        using var end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _options.TimeProvider);
        await using var ending = patience.Token.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).CancelAfter(TimeSpan.FromSeconds(1)), end).ConfigureAwait(false);
        await _listener!.StopAsync(end.Token).ConfigureAwait(false);
    }

    private void Cut()
    {
        if (_host.RunningCalls is > 0 and var calls)
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
            // Told to hurry: go on with closing.
        }
    }

    private ServiceRecord MakeRecord()
    {
        var listener = _listener!;
        var host = listener.EndPoint.Address;
        var advertised = AdvertiseAddress.Choose(
            _options,
            host.Equals(IPAddress.IPv6Any) ? "" : host.ToString(),
            listener.EndPoint.Port,
            InterfaceAddresses.Read,
            Dns.GetHostName);
        _logger.Advertising(advertised.Address, advertised.Reason);
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
            Nodes = [new Node { Id = $"{_options.Name}-{_options.Id}", Address = advertised.Address, Metadata = metadata }],
        };
    }

    private void OnNetworkAddressChanged(object? sender, EventArgs e)
    {
        try
        {
            var record = MakeRecord();
            if (!record.Equals(_record))
            {
                _record = record;
                _registration.Refresh();
            }
        }
        catch (Exception exception)
        {
            // The old address stays registered; the next change tries again.
            _logger.AddressChangeFailed(exception);
        }
    }
}
