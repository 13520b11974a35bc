using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Micro.Server.Handlers.Binding;

/// <summary>Creates the invoker of a method: converts run-time types to typed code, once.</summary>
[RequiresUnreferencedCode("Calls methods found by reflection.")]
[RequiresDynamicCode("Compiles calls at run time.")]
internal static class InvokerFactory
{
    public static EndpointInvoker Create(
        string endpoint,
        HandlerSource handler,
        MethodShape shape,
        IReadOnlyDictionary<string, string> metadata,
        IReadOnlyList<IHandlerInterceptor> interceptors,
        bool isInternal) =>
        (EndpointInvoker)typeof(InvokerFactory)
            .GetMethod(shape.Kind == MethodKind.Unary ? nameof(Unary) : nameof(Stream), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(shape.Request, shape.Response)
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [endpoint, handler, shape, metadata, interceptors, isInternal], null)!;

    private static EndpointInvoker Unary<TRequest, TResponse>(
        string endpoint,
        HandlerSource handler,
        MethodShape shape,
        IReadOnlyDictionary<string, string> metadata,
        IReadOnlyList<IHandlerInterceptor> interceptors,
        bool isInternal) =>
        EndpointInvokers.Unary(
            endpoint,
            MethodCompiler.Compile<TRequest, ValueTask<TResponse>>(handler, shape),
            metadata,
            interceptors,
            isInternal,
            attributes: HandlerAttributes.Of(handler.Type, shape.Method));

    private static EndpointInvoker Stream<TRequest, TResponse>(
        string endpoint,
        HandlerSource handler,
        MethodShape shape,
        IReadOnlyDictionary<string, string> metadata,
        IReadOnlyList<IHandlerInterceptor> interceptors,
        bool isInternal) =>
        EndpointInvokers.Stream(
            endpoint,
            shape.Kind switch
            {
                MethodKind.ServerStream => StreamShapes.Server(MethodCompiler.Compile<TRequest, IAsyncEnumerable<TResponse>>(handler, shape)),
                MethodKind.ClientStream => StreamShapes.Client(MethodCompiler.Compile<IAsyncEnumerable<TRequest>, ValueTask<TResponse>>(handler, shape)),
                MethodKind.BidirectionalStream => StreamShapes.Bidirectional(MethodCompiler.Compile<IAsyncEnumerable<TRequest>, IAsyncEnumerable<TResponse>>(handler, shape)),
                _ => MethodCompiler.Compile<IServerStream<TRequest, TResponse>, Task>(handler, shape),
            },
            metadata,
            interceptors,
            isInternal,
            attributes: HandlerAttributes.Of(handler.Type, shape.Method));
}
