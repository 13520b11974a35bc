using System.Buffers;
using System.Threading.Tasks.Sources;
using Micro.Basics;
using Micro.Transport.Messages;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Client.Mucp;

/// <summary>
/// A call that waits for its reply on a connection it shares with others. It holds a copy of the reply, so that the
/// connection reads on while it is decoded. Used again for later calls.
/// </summary>
internal sealed class MucpPendingCall : IValueTaskSource, IThreadPoolWorkItem, IResettable, IDisposable
{
    private readonly PooledBufferWriter _body = new();
    private ManualResetValueTaskSourceCore<bool> _completion;
    private Exception? _failure;

    /// <summary><c>Micro-Id</c> on the connection.</summary>
    public long Id { get; set; }

    /// <summary>Where its request begins in all that the connection has sent.</summary>
    public long Position { get; set; }

    /// <summary>Ends the wait for the reply on the connection of the call.</summary>
    public Action<MucpPendingCall, CancellationToken>? Cancelling { get; set; }

    /// <summary>Head of the reply.</summary>
    public MessageHead Head { get; set; } = new();

    /// <summary>Body of the reply.</summary>
    public ReadOnlySequence<byte> Body => new(_body.WrittenMemory);

    /// <summary>Completes with the reply, or with what became of the connection.</summary>
    public ValueTask Completion => new(this, _completion.Version);

    /// <summary>Resets the object for the next call.</summary>
    public bool TryReset()
    {
        _completion.Reset();
        _failure = null;
        Cancelling = null;
        _body.Clear();
        return true;
    }

    public void Keep(in ReadOnlySequence<byte> body)
    {
        foreach (var segment in body)
        {
            _body.Write(segment.Span);
        }
    }

    /// <summary>Completes the call of the caller, on this thread.</summary>
    public void Complete() => _completion.SetResult(true);

    /// <summary>Fails the call of the caller, on a thread of the pool.</summary>
    public void Fail(Exception exception)
    {
        _failure = exception;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The caller waits no longer.</summary>
    public void Cancel(CancellationToken cancellationToken) => Cancelling?.Invoke(this, cancellationToken);

    public void Dispose()
    {
        Head.Dispose();
        _body.Dispose();
    }

    void IThreadPoolWorkItem.Execute() => _completion.SetException(_failure!);

    void IValueTaskSource.GetResult(short token) => _completion.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _completion.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);
}
