using Micro.Codecs;
using Micro.Server.Debug;
using Micro.Server.Handlers;
using Micro.Telemetry;
using Micro.Transport;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>
/// What all protocols of one server share from its start to its stop: endpoints and formats, limits and counts, and where
/// the server stands on its way out.
/// </summary>
internal sealed class ProtocolHost : IDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _cut = new();
    private int _runningCalls;

    public ProtocolHost(
        ServerOptions options,
        EndpointTable endpoints,
        FailureMapper failures,
        Func<HealthReport> health,
        ServerStatistics statistics,
        Random random,
        ILogger logger)
    {
        Options = options;
        Endpoints = endpoints;
        Formats = new ContentFormats(options.Codecs);
        Failures = failures;
        Health = new HealthResponder(options.Name, health);
        Statistics = statistics;
        Random = random;
        Logger = logger;
        Telemetry = new ServerTelemetry(options.Name, options.TimeProvider);
        Reaper = new ConnectionReaper(options.TimeProvider, logger);
        Closing = _closing.Token;
        Cut = _cut.Token;
    }

    /// <summary>The server's options; not changed while it runs.</summary>
    public ServerOptions Options { get; }

    public string ServiceName => Options.Name;

    public TransportLimits Limits => Options.Limits;

    public TimeProvider TimeProvider => Options.TimeProvider;

    public EndpointTable Endpoints { get; }

    public ContentFormats Formats { get; }

    public FailureMapper Failures { get; }

    public HealthResponder Health { get; }

    public ServerStatistics Statistics { get; }

    public ServerTelemetry Telemetry { get; }

    public Random Random { get; }

    public ILogger Logger { get; }

    /// <summary>Knows all connections, whatever they speak.</summary>
    public ConnectionReaper Reaper { get; }

    /// <summary>Calls and streams that run now.</summary>
    public int RunningCalls => Volatile.Read(ref _runningCalls);

    /// <summary>Whether clients are asked to leave, because the server is about to go.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Fires when the server accepts no more: what waits for events, not for work, ends.</summary>
    public CancellationToken Closing { get; }

    /// <summary>Fires when running calls have had their time.</summary>
    public CancellationToken Cut { get; }

    /// <summary>Takes one of the places for calls; false when all are taken.</summary>
    public bool TryBeginCall()
    {
        if (Interlocked.Increment(ref _runningCalls) <= Limits.MaxConcurrentCalls)
        {
            return true;
        }

        Interlocked.Decrement(ref _runningCalls);
        return false;
    }

    public void EndCall() => Interlocked.Decrement(ref _runningCalls);

    /// <summary>From now on replies ask clients to leave.</summary>
    public void BeginDrain() => IsDraining = true;

    /// <summary>Ends what only waits for something to happen.</summary>
    public void BeginClose() => _closing.Cancel();

    /// <summary>Cancels what still runs.</summary>
    public void CutCalls() => _cut.Cancel();

    public void Dispose()
    {
        Reaper.Dispose();
        _closing.Dispose();
        _cut.Dispose();
    }
}
