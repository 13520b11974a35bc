using Micro.Testing;

namespace Micro.Registry.Mdns.Tests.Fakes;

/// <summary>Moves standing time in small steps until something is done.</summary>
internal static class Passing
{
    public static async Task<T> UntilAsync<T>(this ManualTimeProvider time, Task<T> task, int stepMilliseconds = 10)
    {
        await time.UntilAsync(() => task.IsCompleted, stepMilliseconds);
        return await task;
    }

    public static Task UntilAsync(this ManualTimeProvider time, Func<bool> condition, int stepMilliseconds = 10) =>
        time.StepUntilAsync(condition, "the condition", TimeSpan.FromMilliseconds(stepMilliseconds));

    public static Task<RegistryEvent> NextAsync(this ManualTimeProvider time, IAsyncEnumerator<RegistryEvent> events, int stepMilliseconds = 10)
    {
        return time.UntilAsync(Next(), stepMilliseconds);

        async Task<RegistryEvent> Next()
        {
            (await events.MoveNextAsync()).Should().BeTrue();
            return events.Current;
        }
    }
}
