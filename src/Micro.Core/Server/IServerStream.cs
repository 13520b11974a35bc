namespace Micro.Server;

/// <summary>
/// A stream for its handler. One reader and one writer may work at the same time, not several of either.
/// The stream ends when the handler returns.
/// </summary>
/// <typeparam name="TRequest">Type of the messages received.</typeparam>
/// <typeparam name="TResponse">Type of the messages sent.</typeparam>
public interface IServerStream<out TRequest, in TResponse>
{
    /// <summary>Receives messages until the client ends its side.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The client went away, the deadline passed or the server stops.</exception>
    IAsyncEnumerable<TRequest> ReadAllAsync(CancellationToken cancellationToken = default);

    /// <summary>Sends a message; waits for a slow reader.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The client went away, the deadline passed or the server stops.</exception>
    ValueTask WriteAsync(TResponse message, CancellationToken cancellationToken = default);
}
