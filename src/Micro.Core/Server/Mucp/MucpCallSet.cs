using System.Diagnostics;
using Micro.Basics;
using Micro.Server.Peers;
using Micro.Telemetry;
using Micro.Transport;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Server.Mucp;

/// <summary>The unary calls that run on one server connection: those that came in order, one at a time, or many at a time.</summary>
internal sealed class MucpCallSet : IWorkQueueOwner<MucpServerCall>
{
    private readonly ProtocolHost _host;
    private readonly MucpReplyWriter _replies;
    private readonly CoalescingWriter _output;
    private readonly ConnectionLifetime _lifetime;
    private readonly Peer _peer;
    private readonly ObjectPool<MucpServerCall> _pool;
    private readonly WorkQueue<MucpServerCall> _queue;
    private readonly Lock _gate = new();
    private readonly LinkedItems<MucpServerCall> _running = new();
    private bool _isAbandoned;
    private List<MucpServerCall>? _held;
    private TaskCompletionSource? _waiting;
    private int _waitedFor;

    /// <param name="host">The server.</param>
    /// <param name="replies">Writes the replies.</param>
    /// <param name="output">Sends them.</param>
    /// <param name="lifetime">Counts the running calls.</param>
    /// <param name="peer">The caller.</param>
    /// <param name="pool">The pool to which calls go back.</param>
    public MucpCallSet(ProtocolHost host, MucpReplyWriter replies, CoalescingWriter output, ConnectionLifetime lifetime, Peer peer, ObjectPool<MucpServerCall> pool)
    {
        _host = host;
        _replies = replies;
        _output = output;
        _lifetime = lifetime;
        _peer = peer;
        _pool = pool;
        _queue = new WorkQueue<MucpServerCall>(this);
    }

    /// <summary>Gets the calls that were added and wait for a thread.</summary>
    public IRunnable Work => _queue;

    /// <summary>Adds a call, which runs with <see cref="Work"/>.</summary>
    public void Add(MucpServerCall call)
    {
        lock (_gate)
        {
            _running.Add(call);
            _lifetime.RunningCalls++;
            if (_held is not null)
            {
                _held.Add(call);
                return;
            }
        }

        _queue.Add(call);
    }

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
        _queue.Run();
        lock (_gate)
        {
            if (_lifetime.RunningCalls <= count || _isAbandoned)
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
            for (var call = _running.First; call is not null; call = call.Next)
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

    void IWorkQueueOwner<MucpServerCall>.OnEmptied() => _output.StartSending();

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
            call.Observed = _host.Telemetry.Begin(call.Invoker.Name, call.Head, ProtocolNames.MucpHttpVersion);
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
        if (!_host.Calls.TryTake(_peer))
        {
            _host.Statistics.CountRequest();
            _host.Statistics.CountError();
            var busy = _host.Calls.Refusal(_host.ServiceName);
            call.Observed.End(busy);
            Reply(call, busy);
            return;
        }

        _host.Statistics.CountRequest();
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
        await Task.Delay(PauseWatch.SettleTime, _host.TimeProvider).ConfigureAwait(false);
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
        call.Context.ThrowIfTooLate(_host.ServiceName);
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
            isCallerGone = exception is OperationCanceledException && call.Context.IsCallerGone && !_host.Cut.IsCancellationRequested;
            error = isCallerGone
                ? MicroException.Timeout(_host.ServiceName, $"{call.Invoker.Name}: cancelled by the caller")
                : _host.Failures.Map(exception, call.Invoker.Name, call.Context.IsDeadlinePassed, IsCutOff(call, exception));
        }

        if (isCallerGone)
        {
            call.Observed.EndWithoutCaller();
            _host.Logger.CallerGone(call.Invoker.Name, "cancelled");
        }
        else
        {
            if (error is not null)
            {
                _host.Statistics.CountError();
            }

            call.Observed.End(error);
        }

        call.Context.End();
        _host.Calls.Return(_peer);
        Reply(call, error);
    }

    /// <summary><see langword="true"/> when the server's stop ended the call: its own cancellation, or the handler's by <see cref="Micro.Server.HandlerContext.Stopping"/>.</summary>
    private bool IsCutOff(MucpServerCall call, Exception exception) =>
        _host.Cut.IsCancellationRequested || call.Context.EndedByStopping(exception);

    private void Reply(MucpServerCall call, MicroException? error)
    {
        var closes = _lifetime.AnnouncesClose(call.Head, call.IsMultiplexed);
        _replies.WriteReply(call, error, closes);
        _host.Held.Return(_peer, call.HeldBytes);
        call.HeldBytes = 0;

        // Counted off before the reply leaves: the next request may be here before this thread goes on.
        var isLast = Remove(call, closes);

        // Whoever empties the queue sends the replies of all calls that ran.
        if (!_queue.IsBusy)
        {
            _output.StartSending();
        }

        _pool.Return(call);
        if (isLast)
        {
            _lifetime.OnWorkEnded();
        }
    }

    private bool Remove(MucpServerCall call, bool closes)
    {
        TaskCompletionSource? waiting = null;
        bool isLast;
        lock (_gate)
        {
            _running.Remove(call);
            _lifetime.IsCloseAnnounced |= closes && !call.IsMultiplexed;
            var left = --_lifetime.RunningCalls;
            isLast = left == 0;
            if (left <= _waitedFor)
            {
                waiting = _waiting;
                _waiting = null;
            }
        }

        waiting?.TrySetResult();
        return isLast;
    }
}
