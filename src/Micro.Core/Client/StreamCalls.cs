using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Micro.Client;

/// <summary>Calls streams as asynchronous sequences of messages.</summary>
public static class StreamCalls
{
    /// <summary>
    /// Sends one request and receives the response messages. Reading the first message opens the stream; disposing the
    /// enumerator ends it.
    /// </summary>
    /// <typeparam name="TRequest">Type of the request.</typeparam>
    /// <typeparam name="TResponse">Type of the messages received.</typeparam>
    /// <param name="client">The client.</param>
    /// <param name="service">Name of the service.</param>
    /// <param name="endpoint">Name of the endpoint, <c>Handler.Method</c>.</param>
    /// <param name="request">The request.</param>
    /// <param name="options">The options of this call, or <see langword="null"/> for those of the client.</param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="MicroException">No node opened the stream, the server ended it with an error, or the connection broke.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static IAsyncEnumerable<TResponse> ServerStreamAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        this IMicroClient client,
        string service,
        string endpoint,
        TRequest request,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentException.ThrowIfNullOrEmpty(endpoint);
        return ReadAsync<TRequest, TResponse>(client, service, endpoint, request, options, cancellationToken);
    }

    /// <summary>
    /// Sends a stream of requests and receives a single response. A server that responds or fails before the requests end stops
    /// the sending.
    /// </summary>
    /// <typeparam name="TRequest">Type of the messages sent.</typeparam>
    /// <typeparam name="TResponse">Type of the answer.</typeparam>
    /// <param name="client">The client.</param>
    /// <param name="service">Name of the service.</param>
    /// <param name="endpoint">Name of the endpoint, <c>Handler.Method</c>.</param>
    /// <param name="requests">The messages; an exception of the sequence ends the stream and is rethrown as it is.</param>
    /// <param name="options">The options of this call, or <see langword="null"/> for those of the client.</param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="MicroException">
    /// No node opened the stream, the server ended it with an error or without an answer, or the connection broke.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task<TResponse> ClientStreamAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        this IMicroClient client,
        string service,
        string endpoint,
        IAsyncEnumerable<TRequest> requests,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(requests);
        var stream = await client.OpenStreamAsync<TRequest, TResponse>(service, endpoint, options, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answering = ReadOneAsync(stream, endpoint, stop.Token);
        var sending = SendAllAsync(stream, requests, stop.Token);
        try
        {
            if (await Task.WhenAny(answering, sending).ConfigureAwait(false) == sending)
            {
                await EndSendingAsync(sending).ConfigureAwait(false);
            }

            return await answering.ConfigureAwait(false);
        }
        finally
        {
            // The stream is disposed next, which ends the reading. A source of requests that ignores cancellation must not delay
            // the answer: its next message finds the disposed stream.
            await stop.CancelAsync().ConfigureAwait(false);
            _ = ObserveAsync(sending);
            _ = ObserveAsync(answering);
        }
    }

    /// <summary>
    /// Sends a stream of requests and receives the response messages independently. Reading the first message opens the stream;
    /// disposing the enumerator ends it. The end of the responses stops the sending.
    /// </summary>
    /// <typeparam name="TRequest">Type of the messages sent.</typeparam>
    /// <typeparam name="TResponse">Type of the messages received.</typeparam>
    /// <param name="client">The client.</param>
    /// <param name="service">Name of the service.</param>
    /// <param name="endpoint">Name of the endpoint, <c>Handler.Method</c>.</param>
    /// <param name="requests">The messages; an exception of the sequence ends the stream and is rethrown as it is.</param>
    /// <param name="options">The options of this call, or <see langword="null"/> for those of the client.</param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="MicroException">No node opened the stream, the server ended it with an error, or the connection broke.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static IAsyncEnumerable<TResponse> BidirectionalStreamAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        this IMicroClient client,
        string service,
        string endpoint,
        IAsyncEnumerable<TRequest> requests,
        CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentException.ThrowIfNullOrEmpty(endpoint);
        ArgumentNullException.ThrowIfNull(requests);
        return ExchangeAsync<TRequest, TResponse>(client, service, endpoint, requests, options, cancellationToken);
    }

    private static async IAsyncEnumerable<TResponse> ExchangeAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        IMicroClient client,
        string service,
        string endpoint,
        IAsyncEnumerable<TRequest> requests,
        CallOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = await client.OpenStreamAsync<TRequest, TResponse>(service, endpoint, options, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAllAsync(stream, requests, stop.Token);
        var responses = stream.ReadAllAsync(stop.Token).GetAsyncEnumerator(CancellationToken.None);
        Task<bool>? next = null;
        try
        {
            var isSending = true;
            while (true)
            {
                next = responses.MoveNextAsync().AsTask();
                if (isSending && await Task.WhenAny(next, sending).ConfigureAwait(false) == sending)
                {
                    isSending = false;
                    await EndSendingAsync(sending).ConfigureAwait(false);
                }

                if (!await next.ConfigureAwait(false))
                {
                    yield break;
                }

                yield return responses.Current;
            }
        }
        finally
        {
            // As for a single response: reading ends at once, without waiting for a source of requests that ignores cancellation.
            await stop.CancelAsync().ConfigureAwait(false);
            _ = ObserveAsync(sending);
            if (next is not null)
            {
                await ObserveAsync(next).ConfigureAwait(false);
            }

            await responses.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async IAsyncEnumerable<TResponse> ReadAsync<
        TRequest,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(
        IMicroClient client,
        string service,
        string endpoint,
        TRequest request,
        CallOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = await client.OpenStreamAsync<TRequest, TResponse>(service, endpoint, options, cancellationToken).ConfigureAwait(false);
        await using var closing = stream.ConfigureAwait(false);
        await stream.SendOnlyAsync(request, cancellationToken).ConfigureAwait(false);
        await foreach (var response in stream.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return response;
        }
    }

    private static async Task SendAllAsync<TRequest, TResponse>(
        IClientStream<TRequest, TResponse> stream,
        IAsyncEnumerable<TRequest> requests,
        CancellationToken cancellationToken)
    {
        await foreach (var request in requests.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await stream.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<TResponse> ReadOneAsync<TRequest, TResponse>(
        IClientStream<TRequest, TResponse> stream,
        string endpoint,
        CancellationToken cancellationToken)
    {
        await foreach (var response in stream.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            return response;
        }

        throw new MicroException(500, "go.micro.client", $"{endpoint} ended without an answer", ErrorKind.Protocol) { Node = stream.Node };
    }

    /// <summary>Reads what the server sent before the connection broke during sending.</summary>
    private static async Task EndSendingAsync(Task sending)
    {
        try
        {
            await sending.ConfigureAwait(false);
        }
        catch (MicroException exception) when (exception.Kind is ErrorKind.Broken or ErrorKind.NotSent)
        {
        }
    }

    private static async Task ObserveAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
