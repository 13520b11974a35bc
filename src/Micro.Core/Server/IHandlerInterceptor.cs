namespace Micro.Server;

/// <summary>Runs around a handler, unary or stream. Safe for concurrent use.</summary>
public interface IHandlerInterceptor
{
    /// <summary>
    /// Runs around a handler. Call <paramref name="next"/> to continue, throw to answer with an error, or set the response
    /// and return to skip the handler.
    /// </summary>
    /// <param name="context">The call.</param>
    /// <param name="next">The rest of the chain.</param>
    ValueTask InvokeAsync(HandlerContext context, Func<HandlerContext, ValueTask> next);

    /// <summary>
    /// Gets a value that is <see langword="true"/> when the interceptor authenticates callers by
    /// <see cref="ServerOptions.AuthPublicKey"/> or its own keys. The default value is <see langword="false"/>.
    /// </summary>
    bool AuthenticatesCallers => false;

    /// <summary>
    /// Adds every error in the interceptor's own options to the list. Called whenever the server's options are checked, at the
    /// latest when the server is created; the options are complete then. The default does nothing.
    /// </summary>
    /// <param name="options">The options of the server.</param>
    /// <param name="errors">The list; each entry has the value and the allowed values.</param>
    void Validate(ServerOptions options, ICollection<string> errors)
    {
    }
}
