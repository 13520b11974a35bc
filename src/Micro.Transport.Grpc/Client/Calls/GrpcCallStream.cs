using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Micro.Client;
using Micro.Codecs;
using Micro.Registry;
using Micro.Transport.Grpc.Framing;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>A stream of a client over gRPC.</summary>
internal sealed class GrpcCallStream<
    TRequest,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse> : IClientStream<TRequest, TResponse>
{
    private readonly NodeChannel _channel;
    private readonly CallPlan _plan;
    private readonly ICodec _codec;
    private readonly bool _isJson;
    private readonly int _limit;
    private readonly HttpRequestMessage _request;
    private readonly MessagesContent _content;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _life;
    private readonly ITimer? _deadline;
    private readonly Task<HttpResponseMessage> _response;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly SemaphoreSlim _receiving = new(1, 1);
    private readonly PooledBufferWriter _frame = new();
    private ResponseMessages? _messages;
    private MicroException? _failure;
    private volatile bool _deadlinePassed;
    private volatile bool _ended;
    private int _disposed;

    public GrpcCallStream(
        NodeChannel channel,
        Node node,
        CallPlan plan,
        ICodec codec,
        bool isJson,
        ClientOptions options,
        HttpRequestMessage request,
        MessagesContent content,
        CancellationTokenSource life,
        CancellationToken caller)
    {
        _channel = channel;
        Node = node;
        _plan = plan;
        _codec = codec;
        _isJson = isJson;
        _limit = options.Limits.MaxMessageBytes;
        _request = request;
        _content = content;
        _caller = caller;
        _life = life;
        if (plan.StreamTimeout > TimeSpan.Zero)
        {
            _deadline = options.TimeProvider.CreateTimer(
                static state => ((GrpcCallStream<TRequest, TResponse>)state!).PassDeadline(), this, plan.StreamTimeout, Timeout.InfiniteTimeSpan);
        }

        _response = StartAsync();
    }

    public Node Node { get; }

    /// <summary>Waits until the request is on its way.</summary>
    /// <exception cref="MicroException">The stream cannot be opened.</exception>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_content.Opened, _response).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!_content.Opened.IsCompleted)
        {
            try
            {
                await _response.ConfigureAwait(false);
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
            if (_content.IsCompleted)
            {
                throw new InvalidOperationException("sending was completed");
            }

            WriteFrame(message);
            await using var cancelled = cancellationToken.UnsafeRegister(Abort, this).ConfigureAwait(false);
            try
            {
                await _content.WriteAsync(_frame.WrittenMemory, _response, _life.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                throw Translate(await CauseAsync(exception).ConfigureAwait(false), cancellationToken);
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
        _content.Complete();
        _sending.Release();
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

        // Who still sends or receives uses the buffers: it is sent away before they go back to the pool.
        if (!_ended)
        {
            await _life.CancelAsync().ConfigureAwait(false);
        }

        _content.Complete();
        await ((Task)_response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_response.IsCompletedSuccessfully)
        {
            // Before its end, this is what resets the stream.
            (await _response.ConfigureAwait(false)).Dispose();
        }

        await _sending.WaitAsync().ConfigureAwait(false);
        await _receiving.WaitAsync().ConfigureAwait(false);
        _messages?.Dispose();
        _frame.Dispose();
        _request.Dispose();
        _deadline?.Dispose();
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

    private void PassDeadline()
    {
        _deadlinePassed = true;
        Cancel();
    }

    private async Task<HttpResponseMessage> StartAsync()
    {
        var response = await _channel.SendAsync(_request, _life.Token).ConfigureAwait(false);
        _channel.OnAnswer();
        _content.Commit();
        return response;
    }

    private void WriteFrame(TRequest message)
    {
        _frame.Clear();
        _frame.GetSpan(FrameWriter.PrefixLength)[..FrameWriter.PrefixLength].Clear();
        _frame.Advance(FrameWriter.PrefixLength);
        MessageCodec.Encode(_codec, message, _frame);
        if (_isJson && _frame.WrittenSpan is [.., (byte)'\n'] && _frame.WrittenCount > FrameWriter.PrefixLength)
        {
            _frame.Truncate(_frame.WrittenCount - 1);
        }

        var length = _frame.WrittenCount - FrameWriter.PrefixLength;
        if (length > _limit)
        {
            throw new MicroException(413, "go.micro.client", $"message of {length} bytes exceeds the limit of {_limit}", ErrorKind.InvalidRequest);
        }

        BinaryPrimitives.WriteUInt32BigEndian(_frame.WrittenSpanAt(1, 4), (uint)length);
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
                var messages = _messages ??= await OpenMessagesAsync().ConfigureAwait(false);
                if (await messages.ReadAsync(_life.Token).ConfigureAwait(false))
                {
                    return (true, MessageCodec.Decode<TResponse>(_codec, messages.Message));
                }

                ResponseStatus.ThrowIfNotOk(await _response.ConfigureAwait(false));
                _ended = true;
                return (false, default!);
            }
            catch (Exception exception)
            {
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

    private async ValueTask<ResponseMessages> OpenMessagesAsync()
    {
        var response = await _response.ConfigureAwait(false);
        ResponseStatus.ThrowIfNotGrpc(response);
        var body = await response.Content.ReadAsStreamAsync(_life.Token).ConfigureAwait(false);
        return new ResponseMessages(body, _limit, ResponseStatus.Encoding(response));
    }

    /// <summary>Why sending failed: the answer says it better, if there is one already.</summary>
    private async ValueTask<Exception> CauseAsync(Exception exception)
    {
        if (_life.IsCancellationRequested || !_response.IsCompleted)
        {
            return exception;
        }

        if (!_response.IsCompletedSuccessfully)
        {
            return _response.Exception?.InnerException ?? exception;
        }

        try
        {
            ResponseStatus.ThrowIfNotGrpc(await _response.ConfigureAwait(false));
            return new IOException("the server has ended the stream; receiving tells why", exception);
        }
        catch (GrpcException status)
        {
            return status;
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
                408, "go.micro.client", $"stream timeout: {_plan.Service} {_plan.Endpoint} did not end within {_plan.StreamTimeout.TotalSeconds} s", ErrorKind.Timeout, exception);
        }
        else if (_disposed != 0)
        {
            return new ObjectDisposedException(GetType().Name, exception);
        }
        else
        {
            error = CallErrors.Of(exception, Node.Address, _content.HasBegun);
        }

        error.Node = Node;
        error.Attempts = 1;
        return error;
    }
}
