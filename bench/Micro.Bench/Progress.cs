namespace Micro.Bench;

/// <summary>Prints the progress of a long step to standard error, once a second; standard output holds only results.</summary>
internal static class Progress
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static void Say(string text) => Console.Error.WriteLine(text);

    /// <summary>Waits for a step and prints its progress.</summary>
    /// <param name="what">Name of the step, for example <c>etcd: registered</c>.</param>
    /// <param name="done">Returns the number of completed items.</param>
    /// <param name="total">The number of items.</param>
    /// <param name="step">The running step.</param>
    public static async Task WatchAsync(string what, Func<long> done, long total, Task step)
    {
        while (await Task.WhenAny(step, Task.Delay(Interval, TimeProvider.System, CancellationToken.None)) != step)
        {
            Say($"{what} {done():N0} of {total:N0}");
        }

        await step;
    }
}
