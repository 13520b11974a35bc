using System.IO.Pipelines;
using Micro.Transport.Messages;

namespace Micro.Server.Mucp;

/// <summary>
/// Knows what runs on a mucp connection and whether the connection may close. Calls and streams report to it; the connection's loop
/// acts on it.
/// </summary>
/// <param name="host">The server.</param>
/// <param name="input">The input of the connection, whose reader is woken when the connection can close.</param>
internal sealed class ConnectionLifetime(ProtocolHost host, PipeReader input) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private volatile bool _isCloseRequested;
    private volatile bool _isLeaving;
    private volatile bool _isCloseAnnounced;
    private int _runningCalls;
    private int _openStreams;
    private long _idleSince;

    /// <summary>Gets or sets the number of unary calls that run; written under the lock of their set.</summary>
    public int RunningCalls
    {
        get => Volatile.Read(ref _runningCalls);
        set => Volatile.Write(ref _runningCalls, value);
    }

    /// <summary>Gets or sets the number of open streams; written under the lock of their set.</summary>
    public int OpenStreams
    {
        get => Volatile.Read(ref _openStreams);
        set => Volatile.Write(ref _openStreams, value);
    }

    public bool HasWork => RunningCalls > 0 || OpenStreams > 0;

    /// <summary>Gets the running time since which the connection has waited for a message without work.</summary>
    public long IdleSince => Volatile.Read(ref _idleSince);

    /// <summary>Gets or sets whether the last reply in order told the client that the connection ends.</summary>
    public bool IsCloseAnnounced
    {
        get => _isCloseAnnounced;
        set => _isCloseAnnounced = value;
    }

    /// <summary>Gets whether the connection ends whatever still runs on it.</summary>
    public bool IsLeaving => _isLeaving;

    /// <summary>Gets whether the connection ends because the server stops, and no reply has said so.</summary>
    public bool NeedsGoodbye => _isCloseRequested && !_isLeaving && !_isCloseAnnounced;

    public bool CanClose => _isLeaving || (!HasWork && (_isCloseRequested || _isCloseAnnounced));

    /// <summary>Gets a token that fires when the connection's loop has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>
    /// Returns whether the reply to a request tells the client that the connection will be closed. Replies of multiplexed calls do
    /// not before the port is closed: a client that has to leave earlier dials again, and connections that wait to be accepted when
    /// the port closes are reset, with their requests.
    /// </summary>
    public bool AnnouncesClose(MessageHead request, bool isMultiplexed = false) =>
        request.ClosesConnection || ((isMultiplexed ? _isCloseRequested : host.IsDraining) && OpenStreams == 0);

    public void OnWaiting() => Volatile.Write(ref _idleSince, host.Pauses.RunningTime());

    /// <summary>Reports the end of the last call, or of a stream.</summary>
    public void OnWorkEnded()
    {
        OnWaiting();
        if (CanClose || (host.IsDraining && OpenStreams == 0 && _isCloseRequested))
        {
            WakeReader();
        }
    }

    /// <summary>Closes the connection when nothing runs on it any more.</summary>
    public void RequestClose()
    {
        _isCloseRequested = true;
        WakeReader();
    }

    /// <summary>Ends the connection in good order, so that the replies it holds arrive; calls that still run get none.</summary>
    public void Leave()
    {
        _isLeaving = true;
        RequestClose();
    }

    /// <summary>Cancels handlers: the connection's loop has ended.</summary>
    public Task EndAsync() => _ended.CancelAsync();

    public void Dispose() => _ended.Dispose();

    /// <summary>On a thread of its own, because the loop may go on within the call.</summary>
    private void WakeReader() =>
        ThreadPool.UnsafeQueueUserWorkItem(static input => input.CancelPendingRead(), input, preferLocal: false);
}
