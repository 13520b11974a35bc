using Micro.Registry;
using Micro.Server.Debug;
using Micro.Server.Handlers;
using Micro.Server.Handlers.Binding;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Server;

/// <summary>The server: handlers before the start, one <see cref="ServerRun"/> from each start to its stop.</summary>
internal sealed class RpcServer : IMicroServer, IAdoptsRegistry, IReportsHealth
{
    private readonly SemaphoreSlim _lifecycle = new(1, 1);
    private readonly EndpointTableBuilder _endpoints = new();
    private readonly Lock _gate = new();
    private volatile ServerRun? _run;
    private IRegistry? _registry;
    private readonly Func<IRegistry>? _defaultRegistry;
    private IRegistry? _ownRegistry;
    private CancellationTokenSource? _skipWaits;
    private bool _disposed;

    /// <param name="options">The options, read at each start.</param>
    /// <param name="defaultRegistry">Creates the default registry, which the server owns.</param>
    public RpcServer(ServerOptions options, Func<IRegistry>? defaultRegistry = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = new List<string>();
        options.Validate(errors);
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        }

        Options = options;
        _defaultRegistry = defaultRegistry;
        _registry = options.Registry;
    }

    public event EventHandler<ServerStateChangedEventArgs>? StateChanged;

    public ServerOptions Options { get; }

    public string? Address => _run?.Address;

    public ServiceRecord? Record => _run?.Record;

    public ServerState State => _run?.State ?? ServerState.NotRegistered;

    /// <summary>The statistics of the server, over all starts.</summary>
    internal ServerStatistics? Statistics => _run?.Statistics;

    /// <summary>Gets the number of running calls and streams.</summary>
    internal int RunningCalls => _run?.RunningCalls ?? 0;

    /// <summary>Gets the number of open connections.</summary>
    internal int Connections => _run?.Connections ?? 0;

    /// <summary>Gets whether handlers were added.</summary>
    internal bool HasHandlers => !_endpoints.IsEmpty;

    public HealthReport Health() => _run?.Health() ?? new HealthReport(IsReady: false, "not registered", null);

    public void Adopt(IRegistry registry) => _registry ??= registry;

    public void Add(EndpointDescription endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        lock (_gate)
        {
            if (_run is not null)
            {
                throw new InvalidOperationException($"server '{Options.Name}' is started: add handlers before");
            }

            var invokers = endpoints.Bind(new ServerBinding(Options, _endpoints.ContractOf));
            CheckMessages(invokers);
            if (endpoints.IsHandler)
            {
                _endpoints.AddHandler(invokers);
                return;
            }

            _endpoints.Add(invokers[0]);
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_run is not null)
            {
                return;
            }

            if (!Options.IsNamed)
            {
                throw new InvalidOperationException($"the server has no name: set {nameof(ServerOptions)}.{nameof(ServerOptions.Name)}");
            }

            _registry ??= _ownRegistry = _defaultRegistry?.Invoke();
            var registry = _registry ?? throw new InvalidOperationException(
                $"server '{Options.Name}' has no registry: set {nameof(ServerOptions)}.{nameof(ServerOptions.Registry)}");
            var statistics = new ServerStatistics(Options.TimeProvider);
            var run = new ServerRun(Options, registry, _endpoints, statistics, OnStateChanged, Options.LoggerFactory ?? NullLoggerFactory.Instance);
            _run = run;
            try
            {
                await run.StartAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await run.DisposeAsync().ConfigureAwait(false);
                _run = null;
                throw;
            }
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        CancellationTokenSource skip;
        lock (_gate)
        {
            skip = _skipWaits ??= new CancellationTokenSource();
        }

        // A second, urgent stop also makes the first one urgent.
        using var hurry = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), skip);
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_run is not { } run)
            {
                return;
            }

            await run.StopAsync(skip.Token).ConfigureAwait(false);
            await run.DisposeAsync().ConfigureAwait(false);
            _run = null;
        }
        finally
        {
            lock (_gate)
            {
                _skipWaits = null;
            }

            _lifecycle.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        _disposed = true;
        if (_ownRegistry is { } own)
        {
            await own.DisposeAsync().ConfigureAwait(false);
        }

        _lifecycle.Dispose();
    }

    /// <summary>Refuses messages that would be sent empty, unless a custom codec may write them.</summary>
    private void CheckMessages(IReadOnlyList<EndpointInvoker> invokers)
    {
        foreach (var invoker in Options.Codecs.Count == 0 ? invokers : [])
        {
            invoker.CheckMessages();
        }
    }

    private void OnStateChanged(object? sender, ServerStateChangedEventArgs change) => StateChanged?.Invoke(this, change);
}
