using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Micro.Transport.Grpc.Tests;

/// <summary>The standard gRPC client as a peer of our server.</summary>
internal sealed class StandardClient(Uri address) : IAsyncDisposable
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });

    /// <summary>Calls a unary method and returns its response.</summary>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        Method<TRequest, TResponse> method, TRequest request, Metadata? headers = null, CancellationToken cancellationToken = default)
        where TRequest : class
        where TResponse : class =>
        await _channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(headers, cancellationToken: cancellationToken), request);

    /// <summary>Opens a stream of any shape.</summary>
    public StandardStream<TRequest, TResponse> OpenStream<TRequest, TResponse>(
        Method<TRequest, TResponse> method, Metadata? headers = null, CancellationToken cancellationToken = default)
        where TRequest : class
        where TResponse : class =>
        new(_channel.CreateCallInvoker().AsyncDuplexStreamingCall(method, null, new CallOptions(headers, cancellationToken: cancellationToken)));

    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>A stream of the standard client.</summary>
internal sealed class StandardStream<TRequest, TResponse>(AsyncDuplexStreamingCall<TRequest, TResponse> call) : IAsyncDisposable
    where TRequest : class
    where TResponse : class
{
    public Task WriteAsync(TRequest message) => call.RequestStream.WriteAsync(message, CancellationToken.None);

    public Task CompleteAsync() => call.RequestStream.CompleteAsync();

    /// <summary>Reads the next message; null at the end.</summary>
    public async ValueTask<TResponse?> ReadAsync() => await call.ResponseStream.MoveNext(CancellationToken.None) ? call.ResponseStream.Current : null;

    public ValueTask DisposeAsync()
    {
        call.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Creates methods with protobuf messages.</summary>
internal static class StandardMethod
{
    public static Method<TRequest, TResponse> Create<TRequest, TResponse>(string path)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        var slash = path.LastIndexOf('/');
        return new Method<TRequest, TResponse>(MethodType.Unary, path[1..slash], path[(slash + 1)..], Marshaller<TRequest>(), Marshaller<TResponse>());
    }

    private static Marshaller<T> Marshaller<T>()
        where T : class, IMessage<T>, new() =>
        new(static message => message.ToByteArray(), static bytes => new MessageParser<T>(static () => new T()).ParseFrom(bytes));
}
