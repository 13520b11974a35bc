using Micro.Transport.Grpc.Framing;

namespace Micro.Transport.Grpc.Client;

/// <summary>Calls over the pooled HTTP/2 connections of one handler.</summary>
internal sealed class GrpcChannel : IGrpcChannel
{
    private readonly HttpMessageInvoker _invoker;
    private readonly RequestFactory _requests;
    private readonly GrpcChannelOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _disposed = new();

    public GrpcChannel(Uri address, GrpcChannelOptions options, TimeProvider time)
    {
        Address = address;
        _options = options;
        _time = time;
        _requests = new RequestFactory(address, options.Tls);
        _invoker = new HttpMessageInvoker(ChannelHandler.Create(options), disposeHandler: true);
    }

    public Uri Address { get; }

    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        TRequest request,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        using var lifetime = new CallLifetime(options?.Timeout, _time, _disposed.Token, cancellationToken);
        try
        {
            using var message = _requests.Create(method.Path, Frame(method, request), options);
            using var response = await _invoker.SendAsync(message, lifetime.Token);
            return await ReadAsync(method, response, lifetime.Token);
        }
        catch (Exception exception)
        {
            throw lifetime.Translate(exception);
        }
    }

    public IGrpcStream<TRequest, TResponse> OpenStream<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(method);
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        var lifetime = new CallLifetime(options?.Timeout, _time, _disposed.Token, cancellationToken);
        try
        {
            var content = new DuplexContent();
            var message = _requests.Create(method.Path, content, options);
            var stream = new GrpcClientStream<TRequest, TResponse>(method, _options, content, lifetime, message);
            stream.Start(_invoker);
            return stream;
        }
        catch (ArgumentException)
        {
            lifetime.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The source is not disposed: calls that run now still look at its token.
        await _disposed.CancelAsync();
        _invoker.Dispose();
    }

    private ReadOnlyMemoryContent Frame<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request)
        where TRequest : class
        where TResponse : class
    {
        // Copied out of the pool: the handler may still hold the body when an early answer has ended the call.
        using var buffer = new PooledBufferWriter();
        FrameWriter.Write(buffer, request, method.Request, _options.MaxSendMessageBytes);
        return new ReadOnlyMemoryContent(buffer.WrittenMemory.ToArray());
    }

    private async Task<TResponse> ReadAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, HttpResponseMessage response, CancellationToken cancellationToken)
        where TRequest : class
        where TResponse : class
    {
        ResponseStatus.ThrowIfNotGrpc(response);
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var frames = new FrameReader(stream, _options.MaxReceiveMessageBytes, ResponseStatus.Encoding(response));
        TResponse? result = null;
        while (await frames.ReadAsync(
            bytes => result = result is null
                ? MessageReading.Read(method.Response, bytes)
                : throw new GrpcException(GrpcStatusCode.Internal, "a unary call was answered by several messages", ErrorKind.Protocol),
            cancellationToken))
        {
            // Reads on to the trailers, which hold the status.
        }

        ResponseStatus.ThrowIfFailed(response);
        return result ?? throw new GrpcException(GrpcStatusCode.Internal, "the answer holds no message", ErrorKind.Protocol);
    }
}
