using Micro.Codecs;
using Micro.Server.Debug;
using Micro.Server.Handlers;
using Micro.Server.Peers;
using Micro.Telemetry;
using Micro.Transport;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>
/// The state that all protocols of one server share from its start to its stop: endpoints and formats, limits and counts, and
/// the phases of the stop.
/// </summary>
internal sealed class ProtocolHost : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _streamCut = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly CancellationTokenSource _leaving = new();
    private int _runningStreams;

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
        Admission = new RequestAdmission(options);
        Statistics = statistics;
        Random = random;
        Logger = logger;
        Telemetry = new ServerTelemetry(options.Name, options.TimeProvider);
        Pauses = new PauseWatch(options.TimeProvider, logger);
        Reaper = new ConnectionReaper(Pauses, options.TimeProvider, logger);
        IdleStreams = new ConnectionReaper(Pauses, options.TimeProvider, logger);
        Peers = new PeerTable(Limits.ConnectionsPerPeer);
        Calls = new SlotBudget("calls", Limits.MaxConcurrentCalls, Limits.ConcurrentCallsPerPeer, static peer => ref peer.Calls);
        Streams = new SlotBudget("streams", Limits.MaxConcurrentStreams, Limits.ConcurrentStreamsPerPeer, static peer => ref peer.Streams);
        Held = new ByteBudget(Limits.MaxHeldBytes, Limits.HeldBytesPerPeer);
        Stopping = _stopping.Token;
        Closing = _closing.Token;
        StreamCut = _streamCut.Token;
        Cut = _cut.Token;
        Leaving = _leaving.Token;
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

    /// <summary>The check of origin and host of requests.</summary>
    public RequestAdmission Admission { get; }

    public ServerStatistics Statistics { get; }

    public ServerTelemetry Telemetry { get; }

    public Random Random { get; }

    public ILogger Logger { get; }

    /// <summary>The deadlines of all connections, in any protocol.</summary>
    public ConnectionReaper Reaper { get; }

    /// <summary>The time limit of idle streams.</summary>
    public ConnectionReaper IdleStreams { get; }

    /// <summary>Detects pauses of the process.</summary>
    public PauseWatch Pauses { get; }

    /// <summary>The connected peers.</summary>
    public PeerTable Peers { get; }

    /// <summary>The slots of unary calls.</summary>
    public SlotBudget Calls { get; }

    /// <summary>The slots of streams.</summary>
    public SlotBudget Streams { get; }

    /// <summary>The memory budget of requests.</summary>
    public ByteBudget Held { get; }

    /// <summary>Gets the number of running calls and streams.</summary>
    public int RunningCalls => Calls.Used + Streams.Used;

    /// <summary>Gets the number of running streams; each is one of <see cref="RunningCalls"/> until its handler ends.</summary>
    public int RunningStreams => Volatile.Read(ref _runningStreams);

    /// <summary>Fires when the stop begins: handlers of streams end them, new streams are refused.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Gets whether replies ask clients to close their connections, because the server stops.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Fires when the server stops accepting: streams that wait for events, not for work, end.</summary>
    public CancellationToken Closing { get; }

    /// <summary>Fires when the time of open streams is over, at the latest with <see cref="Cut"/>.</summary>
    public CancellationToken StreamCut { get; }

    /// <summary>Fires when the time of running calls is over.</summary>
    public CancellationToken Cut { get; }

    /// <summary>Fires when the time of cancelled calls is over too: connections send pending replies, and end.</summary>
    public CancellationToken Leaving { get; }

    /// <summary>Counts a stream that begins.</summary>
    public void BeginStream() => Interlocked.Increment(ref _runningStreams);

    /// <summary>Removes a stream whose last bytes are sent.</summary>
    public void EndStream() => Interlocked.Decrement(ref _runningStreams);

    /// <summary>Notifies handlers that the server stops; their callbacks run on other threads.</summary>
    public async Task BeginStopAsync()
    {
        try
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException exception)
        {
            // A callback of a handler threw; the others have run.
            Logger.StoppingCallbackFailed(exception);
        }
    }

    /// <summary>Asks clients, with each reply, to close their connections.</summary>
    public void BeginDrain() => IsDraining = true;

    /// <summary>Ends streams that only wait for events.</summary>
    public void BeginClose() => _closing.Cancel();

    /// <summary>Cancels running streams.</summary>
    public void CutStreams() => _streamCut.Cancel();

    /// <summary>Cancels running calls.</summary>
    public void CutCalls()
    {
        _streamCut.Cancel();
        _cut.Cancel();
    }

    /// <summary>Ends connections regardless of running calls.</summary>
    public void Leave() => _leaving.Cancel();

    public void Dispose()
    {
        Reaper.Dispose();
        IdleStreams.Dispose();
        Pauses.Dispose();
        _stopping.Dispose();
        _closing.Dispose();
        _streamCut.Dispose();
        _cut.Dispose();
        _leaving.Dispose();
    }
}
