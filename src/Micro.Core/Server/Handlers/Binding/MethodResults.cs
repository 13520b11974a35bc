namespace Micro.Server.Handlers.Binding;

/// <summary>Adds a result to tasks without one. Called by compiled code.</summary>
internal static class MethodResults
{
    public static ValueTask<T> AfterAsync<T>(Task task, T reply) =>
        task.IsCompletedSuccessfully ? new ValueTask<T>(reply) : AfterAsync(new ValueTask(task), reply);

    public static async ValueTask<T> AfterAsync<T>(ValueTask task, T reply)
    {
        await task.ConfigureAwait(false);
        return reply;
    }
}
