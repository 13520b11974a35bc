namespace Micro.Server.Handlers;

/// <summary>Builds the chain of interceptors around a handler once, at start.</summary>
internal static class InterceptorChain
{
    /// <returns>The chain, outermost first; <see langword="null"/> without interceptors.</returns>
    public static Func<HandlerContext, ValueTask>? Compose(IReadOnlyList<IHandlerInterceptor> interceptors, Func<HandlerContext, ValueTask> handler)
    {
        if (interceptors.Count == 0)
        {
            return null;
        }

        var next = handler;
        for (var index = interceptors.Count - 1; index >= 0; index--)
        {
            var (interceptor, inner) = (interceptors[index], next);
            next = context => interceptor.InvokeAsync(context, inner);
        }

        return next;
    }
}
