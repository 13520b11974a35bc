using Micro.Selection;

namespace Micro.Client;

/// <summary>
/// Decides what becomes of attempts that wait while nothing arrives from their node. Slow handlers look the same as a process
/// that hangs or a cable that is pulled, so the node is asked over a new connection whether it lives.
/// </summary>
internal sealed class SilenceWatch(INodeTraffic traffic, Func<ISelector> selector, RetryBudget? budget, TimeProvider time)
{
    /// <summary>Time until the first check of an attempt. It is shorter than the patience with any node.</summary>
    private static readonly TimeSpan Start = TimeSpan.FromMilliseconds(400);

    /// <summary>The shortest time between two looks; a silence that lacks less than this is long enough.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns when to look at the node of an attempt; <see langword="null"/> when that cannot help before it times out.</summary>
    public static TimeSpan? FirstLook(CallPlan plan, in NodePick pick, TimeSpan limit) =>
        limit > Start + NodeCheck.Patience && plan.Addresses.Count == 0 && NodeCheck.CanAsk(pick.Node) ? Start : null;

    /// <summary>Looks at an attempt that waits.</summary>
    /// <param name="plan">The call.</param>
    /// <param name="pick">The node.</param>
    /// <param name="number">Number of the attempt; 0 is the first.</param>
    /// <param name="startedAt">Timestamp of its start.</param>
    /// <returns>
    /// When to look again, infinite for never; <see langword="null"/> to give the attempt up and try another node, for which
    /// the retry budget has paid.
    /// </returns>
    public async ValueTask<TimeSpan?> LookAsync(CallPlan plan, NodePick pick, int number, long startedAt)
    {
        var patience = pick.Patience;
        if (patience == Timeout.InfiniteTimeSpan)
        {
            return patience;
        }

        var silence = time.GetElapsedTime(Math.Max(startedAt, traffic.HeardAt(pick.Node.Address)));
        if (silence < patience - Step)
        {
            return patience - silence > Step ? patience - silence : Step;
        }

        if (await pick.AskAsync().ConfigureAwait(false))
        {
            return pick.Patience;
        }

        if (!MayTryAnother(plan, in pick, number))
        {
            return Timeout.InfiniteTimeSpan;
        }

        return budget?.TryTakeRetry() == false ? Start : null;
    }

    private bool MayTryAnother(CallPlan plan, in NodePick pick, int number)
    {
        if (number >= plan.Retries)
        {
            return false;
        }

        try
        {
            var attempt = new FailedAttempt(
                plan.Service, plan.Endpoint, number, plan.GivenUp(pick.Node), plan.IsIdempotent(selector().FindEndpoint));
            return plan.RetryPolicy(in attempt);
        }
        catch (Exception)
        {
            // The policy is asked again at the end of the attempt, where its failure reaches the caller.
            return false;
        }
    }
}
