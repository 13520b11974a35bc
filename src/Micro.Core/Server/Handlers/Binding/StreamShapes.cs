namespace Micro.Server.Handlers.Binding;

/// <summary>Converts all shapes of stream methods to the one that takes the stream.</summary>
internal static class StreamShapes
{
    public static Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> Server<TRequest, TResponse>(
        Func<TRequest, HandlerContext, IAsyncEnumerable<TResponse>> method) =>
        async (stream, context) =>
        {
            var request = await ReadRequestAsync(stream, context).ConfigureAwait(false);
            await WriteAllAsync(method(request, context), stream, context).ConfigureAwait(false);
        };

    public static Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> Client<TRequest, TResponse>(
        Func<IAsyncEnumerable<TRequest>, HandlerContext, ValueTask<TResponse>> method) =>
        async (stream, context) =>
        {
            var response = await method(stream.ReadAllAsync(context.CancellationToken), context).ConfigureAwait(false);
            await stream.WriteAsync(response, context.CancellationToken).ConfigureAwait(false);
        };

    public static Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> Bidirectional<TRequest, TResponse>(
        Func<IAsyncEnumerable<TRequest>, HandlerContext, IAsyncEnumerable<TResponse>> method) =>
        (stream, context) => WriteAllAsync(method(stream.ReadAllAsync(context.CancellationToken), context), stream, context);

    private static async Task<TRequest> ReadRequestAsync<TRequest, TResponse>(IServerStream<TRequest, TResponse> stream, HandlerContext context)
    {
        await foreach (var request in stream.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
        {
            return request;
        }

        throw MicroException.BadRequest(context.Service, $"{context.Endpoint}: the stream ended before the request");
    }

    private static async Task WriteAllAsync<TRequest, TResponse>(
        IAsyncEnumerable<TResponse> responses,
        IServerStream<TRequest, TResponse> stream,
        HandlerContext context)
    {
        await foreach (var response in responses.WithCancellation(context.CancellationToken).ConfigureAwait(false))
        {
            await stream.WriteAsync(response, context.CancellationToken).ConfigureAwait(false);
        }
    }
}
