namespace Micro.Client;

/// <summary>Runs around a whole call: once, whatever the number of attempts. Safe for concurrent use.</summary>
public interface IClientInterceptor
{
    /// <summary>Runs around a call. Call <paramref name="next"/> to continue, or set the response and return to skip the call.</summary>
    /// <param name="context">The call.</param>
    /// <param name="next">The rest of the chain.</param>
    ValueTask InvokeAsync(ClientContext context, Func<ClientContext, ValueTask> next);
}
