using Micro.Transport.Grpc.Framing;

namespace Micro.Transport.Grpc.Client;

/// <summary>A streaming call: requests go into the body while responses are read.</summary>
internal sealed class GrpcClientStream<TRequest, TResponse>(
    GrpcMethod<TRequest, TResponse> method,
    GrpcChannelOptions options,
    DuplexContent content,
    CallLifetime lifetime,
    HttpRequestMessage request) : IGrpcStream<TRequest, TResponse>
    where TRequest : class
    where TResponse : class
{
    private readonly PooledBufferWriter _buffer = new();
    private Task<HttpResponseMessage> _response = null!;
    private FrameReader? _frames;
    private bool _ended;
    private bool _disposed;
    private int _writes;

    public GrpcMetadata Trailers { get; private set; } = GrpcMetadata.Empty;

    public void Start(HttpMessageInvoker invoker) => _response = invoker.SendAsync(request, lifetime.Token);

    public async Task<GrpcMetadata> GetHeadersAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var response = await _response.WaitAsync(cancellationToken);
            ResponseStatus.ThrowIfNotGrpc(response);
            return ResponseStatus.Metadata(response.Headers);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw lifetime.Translate(exception);
        }
    }

    public async ValueTask WriteAsync(TRequest message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (content.IsCompleted)
        {
            throw new InvalidOperationException("the requests of this call are completed");
        }

        if (Interlocked.Increment(ref _writes) > 1)
        {
            Interlocked.Decrement(ref _writes);
            throw new InvalidOperationException("one request at a time: the one before is still being written");
        }

        try
        {
            await WriteFrameAsync(message, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _writes);
        }
    }

    public ValueTask CompleteAsync()
    {
        content.Complete();
        return ValueTask.CompletedTask;
    }

    public async ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_ended)
        {
            return null;
        }

        await using var cancelled = cancellationToken.UnsafeRegister(Abort, cancellationToken);
        try
        {
            TResponse? message = null;
            var frames = _frames ??= await OpenFramesAsync();
            if (!await frames.ReadAsync(bytes => message = MessageReading.Read(method.Response, bytes), lifetime.Token))
            {
                _ended = true;
                Trailers = ResponseStatus.ThrowIfFailed(await _response);
            }

            return message;
        }
        catch (Exception exception)
        {
            throw lifetime.Translate(exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_ended)
        {
            lifetime.Cancel();
        }

        content.Complete();
        await ((Task)_response).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_response.IsCompletedSuccessfully)
        {
            (await _response).Dispose();
        }

        request.Dispose();
        lifetime.Dispose();
        if (Volatile.Read(ref _writes) == 0)
        {
            _buffer.Dispose(); // otherwise a write that was cut off may still read it, and the collector takes it
        }
    }

    private void Abort(object? state) => lifetime.Cancel((CancellationToken)state!);

    private async Task<FrameReader> OpenFramesAsync()
    {
        var response = await _response;

        // A cancelled read alone leaves the stream open: the server is told by disposing the response.
        lifetime.Token.UnsafeRegister(static state => ((HttpResponseMessage)state!).Dispose(), response);
        ResponseStatus.ThrowIfNotGrpc(response);
        var body = await response.Content.ReadAsStreamAsync(lifetime.Token);
        return new FrameReader(body, options.MaxReceiveMessageBytes, ResponseStatus.Encoding(response));
    }

    private async Task WriteFrameAsync(TRequest message, CancellationToken cancellationToken)
    {
        _buffer.Clear();
        FrameWriter.Write(_buffer, message, method.Request, options.MaxSendMessageBytes);
        await using var cancelled = cancellationToken.UnsafeRegister(Abort, cancellationToken);
        try
        {
            await Task.WhenAny(content.Opened, _response);
            if (!content.Opened.IsCompleted)
            {
                await _response;
                throw new GrpcException(GrpcStatusCode.Unavailable, "the server ended the call before the first request", ErrorKind.Broken);
            }

            var body = await content.Opened;
            await body.WriteAsync(_buffer.WrittenMemory, lifetime.Token);
            await body.FlushAsync(lifetime.Token);
        }
        catch (ObjectDisposedException exception) when (!_disposed)
        {
            throw new GrpcException(GrpcStatusCode.Unavailable, "the server has ended the call; reading tells its status", ErrorKind.Broken, exception);
        }
        catch (Exception exception)
        {
            throw lifetime.Translate(exception);
        }
    }
}
