namespace Micro.Server.Handlers;

internal sealed class Interceptor(Func<HandlerContext, Func<HandlerContext, ValueTask>, ValueTask> run) : IHandlerInterceptor
{
    public ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next) => run(context, next);
}
