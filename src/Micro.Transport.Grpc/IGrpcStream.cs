namespace Micro.Transport.Grpc;

/// <summary>
/// A running streaming call. One writer and one reader may use it at the same time. Disposing it before its end cancels
/// the call at the server.
/// </summary>
/// <typeparam name="TRequest">Type of the requests.</typeparam>
/// <typeparam name="TResponse">Type of the responses.</typeparam>
public interface IGrpcStream<in TRequest, TResponse> : IAsyncDisposable
    where TRequest : class
    where TResponse : class
{
    /// <summary>What the server sent after the last message; empty before the end.</summary>
    GrpcMetadata Trailers { get; }

    /// <summary>Waits for what the server sends before its first message.</summary>
    /// <param name="cancellationToken">Ends the wait only.</param>
    /// <returns>The headers without those of gRPC itself.</returns>
    /// <exception cref="GrpcException">The call failed.</exception>
    Task<GrpcMetadata> GetHeadersAsync(CancellationToken cancellationToken = default);

    /// <summary>Sends a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the whole call: half a message cannot be taken back.</param>
    /// <exception cref="GrpcException">The message is too large or the call has ended; reading tells its status.</exception>
    ValueTask WriteAsync(TRequest message, CancellationToken cancellationToken = default);

    /// <summary>Tells the server that no further message follows. Idempotent.</summary>
    ValueTask CompleteAsync();

    /// <summary>Waits for the next message.</summary>
    /// <param name="cancellationToken">Ends the whole call.</param>
    /// <returns>The message, or <see langword="null"/> when the server ended the call with status OK.</returns>
    /// <exception cref="GrpcException">The call ended with another status.</exception>
    ValueTask<TResponse?> ReadAsync(CancellationToken cancellationToken = default);
}
