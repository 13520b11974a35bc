namespace Micro.Transport.Grpc;

/// <summary>
/// Connections to one gRPC server. Safe for concurrent use. Nothing is opened before the first call. Disposing it ends
/// all running calls.
/// </summary>
public interface IGrpcChannel : IAsyncDisposable
{
    /// <summary>Where the server is.</summary>
    Uri Address { get; }

    /// <summary>Makes a unary call.</summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">How to call; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call and tells the server.</param>
    /// <returns>The response.</returns>
    /// <exception cref="GrpcException">The call ended with another status than OK, or could not be made.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    Task<TResponse> CallAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        TRequest request,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class
        where TResponse : class;

    /// <summary>
    /// Opens a streaming call of any shape: client, server or both ways. Returns at once; failures to connect appear
    /// on the first write or read.
    /// </summary>
    /// <typeparam name="TRequest">Type of the requests.</typeparam>
    /// <typeparam name="TResponse">Type of the responses.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="options">How to call; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Ends the call, also after this method returned.</param>
    /// <returns>The running call, to be disposed.</returns>
    IGrpcStream<TRequest, TResponse> OpenStream<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        GrpcCallOptions? options = null,
        CancellationToken cancellationToken = default)
        where TRequest : class
        where TResponse : class;
}
