using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Micro.Basics;
using Micro.Client;

namespace Micro.Transport.Grpc.Client;

/// <summary>A stream of a client over gRPC.</summary>
internal sealed class GrpcCallStream<
    TRequest,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse> : IClientStream<TRequest, TResponse>
{
    private readonly NodeChannel _channel;
    private readonly CallPlan _plan;
    private readonly int _limit;
    private readonly OutgoingCall _call;
    private readonly MessagesContent _content;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _life;
    private readonly ITimer? _deadline;
    private readonly AsyncDuplexStreamingCall<OutgoingCall, object> _running;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly SemaphoreSlim _receiving = new(1, 1);
    private readonly PooledBufferWriter _message = new();
    private MicroException? _failure;
    private volatile bool _deadlinePassed;
    private volatile bool _ended;
    private bool _isCompleted;
    private int _disposed;

    public GrpcCallStream(
        NodeChannel channel,
        Node node,
        CallPlan plan,
        ClientOptions options,
        Method<OutgoingCall, object> method,
        OutgoingCall call,
        CancellationTokenSource life,
        CancellationToken caller)
    {
        _channel = channel;
        Node = node;
        _plan = plan;
        _limit = options.Limits.MaxMessageBytes;
        _call = call;
        _content = call.Messages!;
        _caller = caller;
        _life = life;
        if (plan.StreamTimeout > TimeSpan.Zero)
        {
            _deadline = options.TimeProvider.CreateTimer(
                static state => ((GrpcCallStream<TRequest, TResponse>)state!).OnDeadline(), this, plan.StreamTimeout, Timeout.InfiniteTimeSpan);
        }

        _running = channel.Open(method, call, life.Token);
    }

    public Node Node { get; }

    /// <summary>Waits until the request is on its way.</summary>
    /// <exception cref="MicroException">The stream cannot be opened.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_content.Opened, _call.Exchange!).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!_content.Opened.IsCompleted)
        {
            try
            {
                await _call.Exchange!.ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                throw Translate(exception, cancellationToken);
            }
        }
    }

    public async ValueTask SendAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (_isCompleted)
            {
                throw new InvalidOperationException("sending was completed");
            }

            Encode(message);
            await using var cancelled = cancellationToken.UnsafeRegister(Abort, this).ConfigureAwait(false);
            try
            {
                await _running.RequestStream.WriteAsync(_call, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // The answer has a better reason; its end may not have been read yet.
                var cause = _call.Answer is null ? exception : new IOException("the server has ended the stream; receive to get its error", exception);
                throw Translate(cause, cancellationToken);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public async ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _isCompleted = true;
            await _running.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            _content.Complete();
            _sending.Release();
        }
    }

    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await ReceiveAsync(cancellationToken).ConfigureAwait(false) is (true, var message))
        {
            yield return message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _call.Report?.Complete();

        // A sender or receiver still uses the buffer: it is stopped before the buffer goes back to the pool.
        if (!_ended)
        {
            await _life.CancelAsync().ConfigureAwait(false);
        }

        _content.Complete();
        _running.Dispose();
        await ((Task)_call.Exchange!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _sending.WaitAsync().ConfigureAwait(false);
        await _receiving.WaitAsync().ConfigureAwait(false);
        if (_deadline is not null)
        {
            await _deadline.DisposeAsync().ConfigureAwait(false);
        }

        _message.Dispose();
        _content.Dispose();
        _life.Dispose();
        _sending.Release();
        _receiving.Release();
        _channel.Exit();
    }

    private static void Abort(object? stream, CancellationToken cancellationToken) => ((GrpcCallStream<TRequest, TResponse>)stream!).Cancel();

    [SuppressMessage("Usage", "VSTHRD103", Justification = "Called from timers and token callbacks.")]
    private void Cancel()
    {
        try
        {
            _life.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The stream has just ended.
        }
    }

    private void OnDeadline()
    {
        _deadlinePassed = true;
        Cancel();
    }

    private void Encode(TRequest message)
    {
        _message.Clear();
        MessageCodec.Encode(_call.Format.Codec, message, _message);
        if (_call.Format.IsJson && _message.WrittenSpan is [.., (byte)'\n'])
        {
            _message.Truncate(_message.WrittenCount - 1);
        }

        if (_message.WrittenCount > _limit)
        {
            throw new MicroException(413, "go.micro.client", $"message of {_message.WrittenCount} bytes exceeds the limit of {_limit} ({TransportLimits.ClientSizeFlag})", ErrorKind.InvalidRequest);
        }

        _call.Message = _message.WrittenMemory;
    }

    private async ValueTask<(bool HasMessage, TResponse Message)> ReceiveAsync(CancellationToken cancellationToken)
    {
        await _receiving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (_failure is not null)
            {
                throw _failure;
            }

            if (_ended)
            {
                return (false, default!);
            }

            await using var cancelled = cancellationToken.UnsafeRegister(Abort, this).ConfigureAwait(false);
            try
            {
                if (await _running.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
                {
                    return (true, CallMethods.ResponseOf<TResponse>(_running.ResponseStream.Current));
                }

                _ended = true;
                ReportTrailers();
                return (false, default!);
            }
            catch (Exception exception)
            {
                ReportTrailers();
                var translated = Translate(exception, cancellationToken);
                _failure = translated as MicroException;
                throw translated;
            }
        }
        finally
        {
            _receiving.Release();
        }
    }

    private void ReportTrailers()
    {
        if (_call.Report is { } report)
        {
            report.End(_call);
            report.Complete();
        }
    }

    private Exception Translate(Exception exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || _caller.IsCancellationRequested)
        {
            var token = cancellationToken.IsCancellationRequested ? cancellationToken : _caller;
            return exception is OperationCanceledException cancelled && cancelled.CancellationToken == token
                ? cancelled
                : new OperationCanceledException("the stream was cancelled", exception, token);
        }

        MicroException error;
        if (_deadlinePassed)
        {
            error = new MicroException(
                408, "go.micro.client", $"stream timeout: {_plan.Service} {_plan.Endpoint} did not end within {ReadableTime.Limit(_plan.StreamTimeout)}", ErrorKind.Timeout, exception);
        }
        else if (_disposed != 0)
        {
            return new ObjectDisposedException(GetType().Name, exception);
        }
        else
        {
            error = CallErrors.Of(exception, _call, Node.Address, _channel.Refusal);
        }

        error.Node = Node;
        error.Attempts = 1;
        return error;
    }
}
