namespace Micro.Server;

/// <summary>Runs around a handler, unary or stream. Safe for concurrent use.</summary>
public interface IHandlerInterceptor
{
    /// <summary>
    /// Runs around a handler. Call <paramref name="next"/> to go on, throw to answer with an error, or set the response
    /// and return to answer yourself.
    /// </summary>
    /// <param name="context">The call.</param>
    /// <param name="next">The rest of the chain.</param>
    ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next);
}
