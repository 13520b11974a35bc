using Grpc.Core;
using Grpc.Core.Interceptors;
using Micro.Server;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>Puts the gRPC interceptors of a handler around one of its methods, the first one outermost.</summary>
/// <param name="get">Returns the interceptor of a call.</param>
internal sealed class StubInterceptor(Func<HandlerContext, Interceptor> get)
{
    public static UnaryServerMethod<TRequest, TResponse> Wrap<TRequest, TResponse>(
        IList<object> interceptors, UnaryServerMethod<TRequest, TResponse> method, HandlerContext context)
        where TRequest : class
        where TResponse : class
    {
        for (var index = interceptors.Count - 1; index >= 0; index--)
        {
            var (interceptor, next) = (Of(interceptors[index], context), method);
            method = (request, call) => interceptor.UnaryServerHandler(request, call, next);
        }

        return method;
    }

    public static ServerStreamingServerMethod<TRequest, TResponse> Wrap<TRequest, TResponse>(
        IList<object> interceptors, ServerStreamingServerMethod<TRequest, TResponse> method, HandlerContext context)
        where TRequest : class
        where TResponse : class
    {
        for (var index = interceptors.Count - 1; index >= 0; index--)
        {
            var (interceptor, next) = (Of(interceptors[index], context), method);
            method = (request, responses, call) => interceptor.ServerStreamingServerHandler(request, responses, call, next);
        }

        return method;
    }

    public static ClientStreamingServerMethod<TRequest, TResponse> Wrap<TRequest, TResponse>(
        IList<object> interceptors, ClientStreamingServerMethod<TRequest, TResponse> method, HandlerContext context)
        where TRequest : class
        where TResponse : class
    {
        for (var index = interceptors.Count - 1; index >= 0; index--)
        {
            var (interceptor, next) = (Of(interceptors[index], context), method);
            method = (requests, call) => interceptor.ClientStreamingServerHandler(requests, call, next);
        }

        return method;
    }

    public static DuplexStreamingServerMethod<TRequest, TResponse> Wrap<TRequest, TResponse>(
        IList<object> interceptors, DuplexStreamingServerMethod<TRequest, TResponse> method, HandlerContext context)
        where TRequest : class
        where TResponse : class
    {
        for (var index = interceptors.Count - 1; index >= 0; index--)
        {
            var (interceptor, next) = (Of(interceptors[index], context), method);
            method = (requests, responses, call) => interceptor.DuplexStreamingServerHandler(requests, responses, call, next);
        }

        return method;
    }

    private static Interceptor Of(object interceptor, HandlerContext context) => ((StubInterceptor)interceptor).Get(context);

    private Interceptor Get(HandlerContext context) => get(context);
}
