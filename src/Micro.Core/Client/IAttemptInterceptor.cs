namespace Micro.Client;

/// <summary>Runs around each attempt of a call, with the chosen node known. Safe for concurrent use.</summary>
public interface IAttemptInterceptor
{
    /// <summary>Runs around an attempt. Call <paramref name="next"/> to continue, or throw to fail the attempt.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="next">The rest of the chain.</param>
    ValueTask InvokeAsync(AttemptContext context, Func<AttemptContext, ValueTask> next);
}
