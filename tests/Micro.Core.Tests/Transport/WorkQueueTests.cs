using Micro.Testing;

namespace Micro.Transport;

public sealed class WorkQueueTests
{
    [Fact]
    public async Task Run_ItemsBlock_OthersRunMeanwhile()
    {
        using var gate = new ManualResetEventSlim();
        var ran = 0;
        var queue = new WorkQueue<int>(new Owner(
            item =>
            {
                if (item % 2 == 0)
                {
                    gate.Wait();
                }

                Interlocked.Increment(ref ran);
            },
            static () => { }));
        foreach (var item in Enumerable.Range(0, 6))
        {
            queue.Add(item);
        }

        var running = Task.Run(queue.Run);
        await Eventually.TrueAsync(() => Volatile.Read(ref ran) == 3, "items 1, 3 and 5 ran");
        gate.Set();
        await running;

        await Eventually.TrueAsync(() => Volatile.Read(ref ran) == 6, "all items ran");
    }

    [Fact]
    public async Task Run_WasBusyWhenAsked_EmptiedIsCalledAfterwards()
    {
        var asked = 0;
        var emptied = 0;
        WorkQueue<int>? queue = null;
        queue = new WorkQueue<int>(new Owner(
            item =>
            {
                if (queue!.IsBusy)
                {
                    // Whoever relies on it must be told later.
                    var before = Volatile.Read(ref emptied);
                    Interlocked.Increment(ref asked);
                    _ = Task.Run(async () =>
                    {
                        await Eventually.TrueAsync(() => Volatile.Read(ref emptied) > before, "emptied");
                        Interlocked.Decrement(ref asked);
                    });
                }
            },
            () => Interlocked.Increment(ref emptied)));
        for (var round = 0; round < 200; round++)
        {
            for (var number = 0; number < 5; number++)
            {
                queue.Add(number);
            }

            queue.Run();
        }

        await Eventually.TrueAsync(() => Volatile.Read(ref asked) == 0, "everybody was told");
    }

    private sealed class Owner(Action<int> run, Action emptied) : IWorkQueueOwner<int>
    {
        public void Run(int item) => run(item);

        public void OnEmptied() => emptied();
    }
}
