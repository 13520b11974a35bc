namespace Micro.Client;

/// <summary>
/// An open stream to one node. One sender and one receiver may work at the same time, not several of either.
/// Disposing ends the stream and its connection.
/// </summary>
/// <typeparam name="TRequest">Type of the messages sent.</typeparam>
/// <typeparam name="TResponse">Type of the messages received.</typeparam>
public interface IClientStream<in TRequest, out TResponse> : IAsyncDisposable
{
    /// <summary>The node at the other end.</summary>
    Node Node { get; }

    /// <summary>Sends a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the wait; the stream is broken afterwards.</param>
    /// <exception cref="MicroException">The stream has failed.</exception>
    /// <exception cref="InvalidOperationException">Sending was completed before.</exception>
    ValueTask SendAsync(TRequest message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Sends the single request of a server stream. gRPC ends the sending side with it; mucp does not, because Go servers would
    /// treat that as the end of the whole stream.
    /// </summary>
    /// <param name="message">The request.</param>
    /// <param name="cancellationToken">Ends the wait; the stream is broken afterwards.</param>
    /// <exception cref="MicroException">The stream has failed.</exception>
    /// <exception cref="InvalidOperationException">Sending was completed before.</exception>
    ValueTask SendOnlyAsync(TRequest message, CancellationToken cancellationToken = default) => SendAsync(message, cancellationToken);

    /// <summary>
    /// Ends the sending side; receiving continues. Go servers treat it as the end of their input too, and answer what they
    /// have.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MicroException">The stream has failed.</exception>
    ValueTask CompleteAsync(CancellationToken cancellationToken = default);

    /// <summary>Receives messages until the server ends the stream.</summary>
    /// <param name="cancellationToken">Ends the wait; the stream is broken afterwards.</param>
    /// <exception cref="MicroException">The server ended the stream with an error, or the connection broke.</exception>
    IAsyncEnumerable<TResponse> ReadAllAsync(CancellationToken cancellationToken = default);
}
