using System.Diagnostics.CodeAnalysis;

namespace Micro.Transport.Grpc.Client;

/// <summary>When a call ends early, and what its failures mean to the caller: deadline, cancellation or transport.</summary>
internal sealed class CallLifetime : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _channel;
    private readonly TimeSpan? _timeout;
    private readonly ITimer? _timer;
    private CancellationToken _caller;
    private volatile bool _deadlinePassed;

    public CallLifetime(TimeSpan? timeout, TimeProvider time, CancellationToken channel, CancellationToken caller)
    {
        _channel = channel;
        _caller = caller;
        _timeout = timeout;
        _source = CancellationTokenSource.CreateLinkedTokenSource(channel, caller);
        if (timeout <= TimeSpan.Zero)
        {
            PassDeadline();
        }
        else if (timeout is { } limit && limit.TotalMilliseconds < uint.MaxValue - 1)
        {
            _timer = time.CreateTimer(static state => ((CallLifetime)state!).PassDeadline(), this, limit, Timeout.InfiniteTimeSpan);
        }
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Ends the call for the owner of a token given later.</summary>
    public void Cancel(CancellationToken caller)
    {
        _caller = caller;
        Cancel();
    }

    [SuppressMessage("Usage", "VSTHRD103", Justification = "Called from timers and token callbacks.")]
    public void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call ended at the same moment.
        }
    }

    /// <summary>What the caller is told about a failure.</summary>
    public Exception Translate(Exception exception)
    {
        if (exception is GrpcException or ArgumentException)
        {
            return exception;
        }

        if (_caller.IsCancellationRequested)
        {
            return new OperationCanceledException("the call was cancelled", exception, _caller);
        }

        if (_deadlinePassed)
        {
            return new GrpcException(GrpcStatusCode.DeadlineExceeded, $"not answered within {_timeout}", innerException: exception);
        }

        if (exception is ObjectDisposedException)
        {
            return exception;
        }

        return _channel.IsCancellationRequested
            ? new GrpcException(GrpcStatusCode.Cancelled, "the channel was disposed", innerException: exception)
            : TransportErrors.Translate(exception);
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _source.Dispose();
    }

    private void PassDeadline()
    {
        _deadlinePassed = true;
        Cancel();
    }
}
