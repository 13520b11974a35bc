using Micro.Registry.Etcd.Api;
using Micro.Testing;

namespace Micro.Registry.Etcd.Tests;

public sealed class MemberSearchTests
{
    [Fact]
    public async Task Run_ClusterDownForAnHour_OneTryInFiveSecondsAndTwoLogLines()
    {
        var time = new ManualTimeProvider();
        using var log = new CapturingLoggerFactory();
        var (tries, isUp) = (0, false);
        await using var search = new MemberSearch(Try, time, new Random(1), log.CreateLogger("etcd"));
        var waiting = Enumerable.Range(0, 100).Select(_ => search.RunAsync(CancellationToken.None)).ToList();

        await AdvanceAsync(time, TimeSpan.FromHours(1), () => isUp);
        tries.Should().BeInRange(600, 1000);
        waiting.Should().OnlyContain(wait => !wait.IsCompleted);
        isUp = true;
        await AdvanceAsync(time, TimeSpan.FromSeconds(10), () => waiting.TrueForAll(wait => wait.IsCompleted));

        await Task.WhenAll(waiting);
        log.Entries.Select(entry => entry.Id.Name).Should().Equal("EtcdUnreachable", "EtcdReachable");

        Task Try(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref tries);
            return isUp ? Task.CompletedTask : throw new InvalidOperationException("down");
        }
    }

    [Fact]
    public async Task Run_OneWaiterLeaves_OthersGoOn()
    {
        var answer = new TaskCompletionSource();
        using var log = new CapturingLoggerFactory();
        await using var search = new MemberSearch(_ => answer.Task, TimeProvider.System, new Random(1), log.CreateLogger("etcd"));
        using var stop = new CancellationTokenSource();
        var (leaves, stays) = (search.RunAsync(stop.Token), search.RunAsync(CancellationToken.None));

        await stop.CancelAsync();

        await FluentActions.Awaiting(() => leaves).Should().ThrowAsync<OperationCanceledException>();
        stays.IsCompleted.Should().BeFalse();
        answer.SetResult();
        await stays;
    }

    [Fact]
    public async Task Dispose_SearchRuns_EndsAtOnceForAll()
    {
        using var log = new CapturingLoggerFactory();
        var search = new MemberSearch(
            token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token), TimeProvider.System, new Random(1), log.CreateLogger("etcd"));
        var waiting = search.RunAsync(CancellationToken.None);

        await search.DisposeAsync();

        await waiting;
        await search.RunAsync(CancellationToken.None);
    }

    private static async Task AdvanceAsync(ManualTimeProvider time, TimeSpan length, Func<bool> isDone)
    {
        var step = TimeSpan.FromSeconds(0.25);
        for (var passed = TimeSpan.Zero; passed < length && !isDone(); passed += step)
        {
            await Eventually.TrueAsync(() => time.ActiveTimers > 0 || isDone(), "the search sleeps");
            time.Advance(step);
        }
    }
}
