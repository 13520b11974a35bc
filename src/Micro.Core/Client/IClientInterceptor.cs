namespace Micro.Client;

/// <summary>Runs around a whole call: once, whatever the number of attempts. Safe for concurrent use.</summary>
public interface IClientInterceptor
{
    /// <summary>Runs around a call. Call <paramref name="next"/> to go on, or set the response and return to answer yourself.</summary>
    /// <param name="context">The call.</param>
    /// <param name="next">The rest of the chain.</param>
    ValueTask InvokeAsync(ClientContext context, Func<ClientContext, ValueTask> next);
}
