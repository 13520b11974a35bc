using Grpc.Core;
using Micro.Server;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>The responses of a stream. One writer at a time.</summary>
internal sealed class StubWriter<TRequest, TResponse>(IServerStream<TRequest, TResponse> stream, HandlerContext context) : IServerStreamWriter<TResponse>
{
    /// <summary>Has no effect: messages are not compressed and are sent at once.</summary>
    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TResponse message) => WriteAsync(message, context.CancellationToken);

    public Task WriteAsync(TResponse message, CancellationToken cancellationToken) => stream.WriteAsync(message, cancellationToken).AsTask();
}
