using System.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Micro.Server.Handlers.Binding;

/// <summary>A suitable handler method: its messages and its form.</summary>
/// <param name="Method">The method.</param>
/// <param name="Kind">The kind of method.</param>
/// <param name="Request">Type of the messages received.</param>
/// <param name="Response">Type of the messages sent; <see cref="Empty"/> without a response.</param>
/// <param name="HasReply"><see langword="true"/> when it fills the response as its second parameter, as Go methods do.</param>
internal sealed record MethodShape(MethodInfo Method, MethodKind Kind, System.Type Request, System.Type Response, bool HasReply = false)
{
    /// <summary>The suitable shapes, for messages.</summary>
    public const string Suitable =
        "TResponse, Task<TResponse> or ValueTask<TResponse> M(TRequest); void, Task or ValueTask M(TRequest[, TResponse reply]); "
        + "IAsyncEnumerable<TResponse> M(TRequest or IAsyncEnumerable<TRequest>); Task<TResponse> M(IAsyncEnumerable<TRequest>); "
        + "Task M(IServerStream<TRequest, TResponse>); each with HandlerContext and CancellationToken if wanted";
}
