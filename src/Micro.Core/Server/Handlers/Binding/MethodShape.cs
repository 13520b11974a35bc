using System.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Micro.Server.Handlers.Binding;

/// <summary>A suitable handler method: what goes in and out, and how it is written.</summary>
/// <param name="Method">The method.</param>
/// <param name="Kind">What it does with messages.</param>
/// <param name="Request">Type of the messages received.</param>
/// <param name="Response">Type of the messages sent; <see cref="Empty"/> if there is none.</param>
/// <param name="HasReply">Whether it fills the response as its second parameter, as Go methods do.</param>
internal sealed record MethodShape(MethodInfo Method, MethodKind Kind, System.Type Request, System.Type Response, bool HasReply = false)
{
    /// <summary>Suitable shapes, for people.</summary>
    public const string Suitable =
        "TResponse, Task<TResponse> or ValueTask<TResponse> M(TRequest); void, Task or ValueTask M(TRequest[, TResponse reply]); "
        + "IAsyncEnumerable<TResponse> M(TRequest or IAsyncEnumerable<TRequest>); Task<TResponse> M(IAsyncEnumerable<TRequest>); "
        + "Task M(IServerStream<TRequest, TResponse>); each with HandlerContext and CancellationToken if wanted";
}
