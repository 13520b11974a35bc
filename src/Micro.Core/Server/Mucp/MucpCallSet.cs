using System.Diagnostics;
using Micro.Server.Peers;
using Micro.Telemetry;
using Micro.Transport;

namespace Micro.Server.Mucp;

/// <summary>The unary calls that run on one server connection: those that came in order, one at a time, or many at a time.</summary>
internal sealed class MucpCallSet : IRunnable, IWorkQueueOwner<MucpServerCall>
{
    private readonly MucpServer _server;
    private readonly MucpReplyWriter _replies;
    private readonly WorkQueue<MucpServerCall> _queue;
    private readonly MucpServerConnection _connection;
    private readonly Peer _peer;
    private readonly Lock _gate = new();
    private bool _isAbandoned;
    private List<MucpServerCall>? _held;
    private MucpServerCall? _first;
    private TaskCompletionSource? _waiting;
    private int _waitedFor;
    private int _count;

    /// <param name="server">What all connections share.</param>
    /// <param name="replies">Where replies go.</param>
    /// <param name="connection">Told when the last running call has ended.</param>
    /// <param name="peer">Who calls.</param>
    public MucpCallSet(MucpServer server, MucpReplyWriter replies, MucpServerConnection connection, Peer peer)
    {
        _server = server;
        _replies = replies;
        _connection = connection;
        _peer = peer;
        _queue = new WorkQueue<MucpServerCall>(this);
    }

    public bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <summary>Whether the last reply told the client that the connection ends.</summary>
    public bool EndsConnection { get; private set; }

    /// <summary>Adds a call, which runs with <see cref="Run()"/>.</summary>
    public void Add(MucpServerCall call)
    {
        lock (_gate)
        {
            call.Previous = null;
            call.Next = _first;
            if (_first is not null)
            {
                _first.Previous = call;
            }

            _first = call;
            _count++;
            if (_held is not null)
            {
                _held.Add(call);
                return;
            }
        }

        _queue.Add(call);
    }

    /// <summary>Runs the calls that were added, on this thread.</summary>
    public void Run() => _queue.Run();

    /// <summary>Holds the calls that are added now back for a moment, in which what cancels them may be read.</summary>
    public void Settle()
    {
        lock (_gate)
        {
            if (_held is not null)
            {
                return;
            }

            _held = [];
        }

        _ = SettleAsync();
    }

    /// <summary>Waits until no more than that many calls run; what was added is run first.</summary>
    public ValueTask WaitUntilAtMostAsync(int count)
    {
        if (Volatile.Read(ref _count) <= count)
        {
            return default;
        }

        _queue.Run();
        lock (_gate)
        {
            if (_count <= count || _isAbandoned)
            {
                return default;
            }

            _waitedFor = count;
            _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_waiting.Task);
        }
    }

    /// <summary>Waits for no call any more: the connection ends, whatever still runs.</summary>
    public void Abandon()
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _isAbandoned = true;
            waiting = _waiting;
            _waiting = null;
        }

        waiting?.TrySetResult();
    }

    /// <summary>Cancels a call that runs; one that has ended is no error.</summary>
    public void Cancel(long id)
    {
        CancellationTokenSource? source = null;
        lock (_gate)
        {
            for (var call = _first; call is not null; call = call.Next)
            {
                if (call.MultiplexedId == id)
                {
                    source = call.Context.MarkCancelled();
                    break;
                }
            }
        }

        try
        {
            source?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call has just ended.
        }
    }

    void IWorkQueueOwner<MucpServerCall>.OnEmptied() => _replies.StartSending();

    void IWorkQueueOwner<MucpServerCall>.Run(MucpServerCall call)
    {
        if (!ServerTelemetry.IsOn || call.Invoker.IsInternal)
        {
            Run(call);
            return;
        }

        // The next call on this thread is not part of this one.
        var current = Activity.Current;
        try
        {
            call.Observed = _server.Telemetry.Begin(call.Invoker.Name, call.Head, MucpServer.HttpVersion);
            Run(call);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Runs a call up to its first wait; the reply follows whenever the handler is done.</summary>
    private void Run(MucpServerCall call)
    {
        if (!_server.Calls.TryTake(_peer))
        {
            _server.Statistics.CountRequest();
            _server.Statistics.CountError();
            var busy = _server.Calls.Refusal(_server.ServiceName);
            call.Observed.End(busy);
            Reply(call, busy);
            return;
        }

        _server.Statistics.CountRequest();
        ValueTask pending;
        try
        {
            pending = InvokeAsync(call);
            if (!pending.IsCompletedSuccessfully)
            {
                _ = FinishAsync(call, pending);
                return;
            }
        }
        catch (Exception exception)
        {
            End(call, exception);
            return;
        }

        End(call, exception: null);
    }

    private async Task SettleAsync()
    {
        await Task.Delay(PauseWatch.SettleTime, _server.TimeProvider).ConfigureAwait(false);
        List<MucpServerCall> held;
        lock (_gate)
        {
            held = _held!;
            _held = null;
        }

        held.ForEach(_queue.Add);
        _queue.Run();
    }

    private ValueTask InvokeAsync(MucpServerCall call)
    {
        call.Context.ThrowIfTooLate(_server.ServiceName);
        call.Response.Clear();
        var request = new System.Buffers.ReadOnlySequence<byte>(call.Request.WrittenMemory);
        return call.Invoker.InvokeAsync(call.Context, call.Format.Codec, in request, call.Response);
    }

    private async Task FinishAsync(MucpServerCall call, ValueTask pending)
    {
        Exception? failure = null;
        try
        {
            await pending.ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        End(call, failure);
    }

    private void End(MucpServerCall call, Exception? exception)
    {
        MicroException? error = null;
        var isCallerGone = false;
        var tooLarge = ResponseMetadataWriter.Check(call.Context);
        exception ??= tooLarge;
        if (exception is not null)
        {
            isCallerGone = exception is OperationCanceledException && call.Context.IsCallerGone && !_server.Cut.IsCancellationRequested;
            error = isCallerGone
                ? MicroException.Timeout(_server.ServiceName, $"{call.Invoker.Name}: cancelled by the caller")
                : _server.Failures.Map(exception, call.Invoker.Name, call.Context.IsDeadlinePassed, IsCutOff(call, exception));
        }

        if (isCallerGone)
        {
            call.Observed.EndWithoutCaller();
            _server.Logger.CallerGone(call.Invoker.Name, "cancelled");
        }
        else
        {
            if (error is not null)
            {
                _server.Statistics.CountError();
            }

            call.Observed.End(error);
        }

        call.Context.End();
        _server.Calls.Return(_peer);
        Reply(call, error);
    }

    /// <summary><see langword="true"/> when the server's stop ended the call: its own cancellation, or the handler's by <see cref="Micro.Server.HandlerContext.Stopping"/>.</summary>
    private bool IsCutOff(MucpServerCall call, Exception exception) =>
        _server.Cut.IsCancellationRequested || call.Context.EndedByStopping(exception);

    private void Reply(MucpServerCall call, MicroException? error)
    {
        var closes = _replies.WriteReply(call, error);
        _server.Held.Return(_peer, call.HeldBytes);
        call.HeldBytes = 0;

        // Counted off before the reply leaves: the next request may be here before this thread goes on.
        var isLast = Remove(call, closes);

        // Whoever empties the queue sends the replies of all calls that ran.
        if (!_queue.IsBusy)
        {
            _replies.StartSending();
        }

        _server.CallPool.Return(call);
        if (isLast)
        {
            _connection.OnWorkEnded();
        }
    }

    private bool Remove(MucpServerCall call, bool closes)
    {
        TaskCompletionSource? waiting = null;
        bool isLast;
        lock (_gate)
        {
            if (call.Previous is { } previous)
            {
                previous.Next = call.Next;
            }
            else
            {
                _first = call.Next;
            }

            if (call.Next is { } next)
            {
                next.Previous = call.Previous;
            }

            call.Previous = null;
            call.Next = null;
            EndsConnection |= closes && !call.IsMultiplexed;
            isLast = --_count == 0;
            if (_count <= _waitedFor)
            {
                waiting = _waiting;
                _waiting = null;
            }
        }

        waiting?.TrySetResult();
        return isLast;
    }
}
