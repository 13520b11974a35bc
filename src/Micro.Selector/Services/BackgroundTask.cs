namespace Micro.Selection.Services;

/// <summary>Starts work that belongs to the selector, not to the caller that needed it first.</summary>
internal static class BackgroundTask
{
    /// <summary>Runs on the pool without the caller's ambient values (activity, AsyncLocal).</summary>
    public static Task<T> Run<T>(Func<Task<T>> body)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return Task.Run(body);
        }

        using (ExecutionContext.SuppressFlow())
        {
            return Task.Run(body);
        }
    }

    /// <inheritdoc cref="Run{T}(Func{Task{T}})"/>
    public static Task Run(Func<Task> body) => Run(async () =>
    {
        await body().ConfigureAwait(false);
        return true;
    });
}
