using Micro.Selection;

namespace Micro.Client;

/// <summary>
/// Decides about attempts that wait while nothing arrives from their node. Slow handlers look the same as a hanging process
/// or a pulled cable, so the node is checked over a new connection.
/// </summary>
internal sealed class SilenceWatch(INodeTraffic traffic, Func<ISelector> selector, RetryBudget? budget, TimeProvider time)
{
    /// <summary>Time until the first check of an attempt. It is shorter than the patience with any node.</summary>
    private static readonly TimeSpan Start = TimeSpan.FromMilliseconds(400);

    /// <summary>The shortest time between two checks; a silence shorter by less than this is long enough.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    /// <summary>Returns when to check the node of an attempt; <see langword="null"/> when a check cannot help before it times out.</summary>
    public static TimeSpan? FirstCheck(CallPlan plan, in NodePick pick, TimeSpan limit) =>
        limit > Start + NodeCheck.Patience && plan.Addresses.Count == 0 && NodeCheck.CanAsk(pick.Node) ? Start : null;

    /// <summary>Checks a waiting attempt.</summary>
    /// <param name="plan">The call.</param>
    /// <param name="pick">The node.</param>
    /// <param name="number">Number of the attempt; 0 is the first.</param>
    /// <param name="startedAt">Timestamp of its start.</param>
    /// <returns>
    /// The time to the next check, infinite for never; <see langword="null"/> to abandon the attempt and try another node,
    /// which has been charged to the retry budget.
    /// </returns>
    public async ValueTask<TimeSpan?> CheckAsync(CallPlan plan, NodePick pick, int number, long startedAt)
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

        if (await pick.CheckAsync().ConfigureAwait(false))
        {
            return pick.Patience;
        }

        if (!CanTryAnotherNode(plan, in pick, number))
        {
            return Timeout.InfiniteTimeSpan;
        }

        return budget?.TryTakeRetry() == false ? Start : null;
    }

    private bool CanTryAnotherNode(CallPlan plan, in NodePick pick, int number)
    {
        if (number >= plan.Retries)
        {
            return false;
        }

        try
        {
            var attempt = new FailedAttempt(
                plan.Service, plan.Endpoint, number, plan.SilentNode(pick.Node), plan.IsIdempotent(selector().FindEndpoint));
            return plan.RetryPolicy(in attempt);
        }
        catch (Exception)
        {
            // The policy is evaluated again at the end of the attempt, where its failure reaches the caller.
            return false;
        }
    }
}
