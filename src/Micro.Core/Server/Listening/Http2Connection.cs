using Micro.Basics;
using Micro.Server.Peers;
using Micro.Transport;
using Microsoft.AspNetCore.Connections;

namespace Micro.Server.Listening;

/// <summary>
/// What requests of one HTTP/2 connection share. When the server stops, Kestrel says good-bye (GOAWAY) and then waits for the
/// client to leave: a client that stays without a running request is sent away from here, and so is one that only pings.
/// </summary>
internal sealed class Http2Connection : IReapable
{
    /// <summary>The time in which requests that crossed the good-bye are still served and the last answers are sent.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(1);

    private readonly ConnectionContext _connection;
    private readonly Lock _gate = new();
    private readonly LinkedItems<Http2Request> _running = new();

    /// <summary>Spread over ± 10 %, so that many idle connections do not end in the same moment.</summary>
    private readonly long _idleTime;
    private int _requests;
    private int _handlers;
    private TaskCompletionSource? _replied;
    private long _idleSince;
    private long _writeDeadline = long.MaxValue;

    public Http2Connection(ProtocolHost host, ConnectionContext connection)
    {
        Host = host;
        _connection = connection;
        Remote = AddressText.Of(connection.RemoteEndPoint);
        Local = AddressText.Of(connection.LocalEndPoint);
        Peer = connection.Features.Get<Peer>() ?? new Peer(key: null);
        _idleTime = host.TimeProvider.Units(host.Limits.IdleTimeout * (0.9 + (0.2 * host.Random.NextDouble())));
        _idleSince = host.Pauses.RunningTime();
    }

    public ProtocolHost Host { get; }

    /// <summary>Gets who is connected.</summary>
    public Peer Peer { get; }

    /// <summary>Address of the client, made once for all requests.</summary>
    public string? Remote { get; }

    /// <summary>Address on which it came in.</summary>
    public string? Local { get; }

    /// <summary>Adds a request that begins.</summary>
    public void Add(Http2Request request)
    {
        lock (_gate)
        {
            _running.Add(request);
            _requests++;
        }
    }

    /// <summary>Removes a request that has ended, its answer written.</summary>
    public void Remove(Http2Request request)
    {
        bool isLast;
        lock (_gate)
        {
            _running.Remove(request);
            isLast = --_requests == 0;
        }

        if (request.IsStream)
        {
            Host.EndStream();
        }

        EndWaitForReplies();
        if (isLast)
        {
            Volatile.Write(ref _idleSince, Host.Pauses.RunningTime());
            if (Host.Closing.IsCancellationRequested)
            {
                CloseWhenIdle();
            }
        }
    }

    /// <summary>A handler begins; from its end to the end of its request a reply is on its way.</summary>
    public void BeginHandler() => Interlocked.Increment(ref _handlers);

    public void EndHandler() => Interlocked.Decrement(ref _handlers);

    /// <summary>Bytes wait for the client to take them, or no longer do.</summary>
    public void OnSending(bool waits) =>
        Volatile.Write(ref _writeDeadline, waits ? Host.Pauses.RunningTime() + Host.TimeProvider.Units(Host.Limits.WriteTimeout) : long.MaxValue);

    public void CutIfLate(long now)
    {
        lock (_gate)
        {
            for (var request = _running.First; request is not null; request = request.Next)
            {
                request.CutIfLate(now);
            }
        }

        if (Volatile.Read(ref _writeDeadline) < now)
        {
            Cut("it does not read what is written to it");
        }
        else if (Volatile.Read(ref _requests) == 0 && now - Volatile.Read(ref _idleSince) > _idleTime)
        {
            // The next look cuts it, if it is still there after a good-bye.
            Volatile.Write(ref _idleSince, now - _idleTime + Host.TimeProvider.Units(Host.Limits.WriteTimeout));
            Host.Logger.ConnectionCut(_connection.ConnectionId, Remote, "it asked for nothing");
            End();
        }
    }

    /// <summary>Ends the connection if in a moment still no request runs.</summary>
    public void CloseWhenIdle() => _ = CloseWhenIdleAsync();

    /// <summary>
    /// Waits until the replies that handlers have given are written, then ends the connection, whatever still runs on it:
    /// what Kestrel says at the end is written too, unless a handler that goes on after its cancellation holds it up.
    /// </summary>
    /// <param name="serving">Ends when Kestrel no longer uses the connection.</param>
    /// <param name="output">The output of the connection.</param>
    public async Task LeaveAsync(Task serving, Http2Output output)
    {
        var replied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _replied, replied);
        Interlocked.MemoryBarrier();
        EndWaitForReplies();
        await replied.Task.WaitAsync(_connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await output.FlushedAsync().WaitAsync(_connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End();
        await serving.WaitAsync(GoodbyeTime, Host.TimeProvider, _connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Cuts the connection.</summary>
    public void Cut(string reason)
    {
        Host.Logger.ConnectionCut(_connection.ConnectionId, Remote, reason);
        _connection.Abort(new ConnectionAbortedException(reason));
    }

    private void EndWaitForReplies()
    {
        if (Volatile.Read(ref _replied) is { } replied && Volatile.Read(ref _requests) <= Volatile.Read(ref _handlers))
        {
            replied.TrySetResult();
        }
    }

    private async Task CloseWhenIdleAsync()
    {
        await Task.Delay(GoodbyeTime, Host.TimeProvider, _connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Volatile.Read(ref _requests) == 0)
        {
            End();
        }
    }

    /// <summary>To Kestrel this looks like the client's own end: it names the last request it took and closes.</summary>
    private void End() => _connection.Transport.Input.CancelPendingRead();
}
