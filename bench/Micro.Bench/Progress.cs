namespace Micro.Bench;

/// <summary>Says on standard error how far a long step is, once a second, so that standard output holds results only.</summary>
internal static class Progress
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static void Say(string text) => Console.Error.WriteLine(text);

    /// <summary>Waits for a step and says meanwhile how much of it is done.</summary>
    /// <param name="what">What is done, for example <c>etcd: registered</c>.</param>
    /// <param name="done">How much is done now.</param>
    /// <param name="total">How much there is to do.</param>
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
