using System.Text;
using Micro.Codecs;
using Micro.Server;
using Micro.Server.Debug;
using Micro.Server.Handlers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Mucp;

/// <summary>What all mucp connections of a server share.</summary>
internal sealed class MucpServer : IDisposable
{
    private readonly CancellationTokenSource _cut = new();
    private int _runningCalls;

    public MucpServer(
        string serviceName,
        EndpointTable endpoints,
        ContentFormats formats,
        FailureMapper failures,
        HealthResponder health,
        ServerStatistics statistics,
        TransportLimits limits,
        TimeProvider timeProvider,
        Random random,
        ILogger logger)
    {
        ServiceName = serviceName;
        Endpoints = endpoints;
        Formats = formats;
        Failures = failures;
        Health = health;
        Statistics = statistics;
        Limits = limits;
        TimeProvider = timeProvider;
        Random = random;
        Logger = logger;
        Reaper = new ConnectionReaper(timeProvider, logger);
        Cut = _cut.Token;
        var error = HeaderRules.Clean(ErrorJson.Format(MicroException.Unavailable(serviceName, "server is stopping")));
        Goodbye = Encoding.UTF8.GetBytes(
            $"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nMicro-Error: {error}\r\nX-Micro-Error: {error}\r\n\r\n");
    }

    public string ServiceName { get; }

    /// <summary>Last words on a connection that waits for a request when the server stops.</summary>
    public ReadOnlyMemory<byte> Goodbye { get; }

    public EndpointTable Endpoints { get; }

    public ContentFormats Formats { get; }

    public FailureMapper Failures { get; }

    public HealthResponder Health { get; }

    public ServerStatistics Statistics { get; }

    public TransportLimits Limits { get; }

    public TimeProvider TimeProvider { get; }

    public Random Random { get; }

    public ILogger Logger { get; }

    public ConnectionReaper Reaper { get; }

    /// <summary>Calls and streams that run now.</summary>
    public int RunningCalls => Volatile.Read(ref _runningCalls);

    /// <summary>Whether replies say <c>Connection: close</c>, because the server is about to go.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>Fires when running calls have had their time.</summary>
    public CancellationToken Cut { get; }

    /// <summary>Serves one connection until it ends.</summary>
    public async Task ServeAsync(ConnectionContext connection)
    {
        using var serving = new MucpServerConnection(this, connection);
        Reaper.Add(serving);
        try
        {
            await serving.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            Reaper.Remove(serving);
        }
    }

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

    /// <summary>Cancels what still runs.</summary>
    public void CutCalls() => _cut.Cancel();

    public void Dispose()
    {
        Reaper.Dispose();
        _cut.Dispose();
    }
}
