using Micro.Selection;
using Micro.Transport;

namespace Micro.Client;

/// <summary>
/// Decides what becomes of attempts that wait while nothing arrives from their node. Slow handlers look the same as a process
/// that hangs or a cable that is pulled, so the node is asked over a new connection whether it lives.
/// </summary>
internal sealed class SilenceWatch(INodeTraffic traffic, Func<ISelector> selector, RetryBudget? budget, TimeProvider time)
{
    /// <summary>How long an attempt waits in silence before its node is asked.</summary>
    public static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest time between two questions on behalf of one attempt, for handlers that are just slow.</summary>
    private static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(4);

    /// <summary>Returns whether a look at the node can help before the attempt times out anyway.</summary>
    public static bool CanHelp(CallPlan plan, in NodePick pick, TimeSpan limit) =>
        limit > FirstLook + NodeCheck.Patience && plan.Options.Addresses.Count == 0 && NodeCheck.CanAsk(pick.Node);

    /// <summary>Looks at an attempt that waits.</summary>
    /// <param name="plan">The call.</param>
    /// <param name="pick">The node.</param>
    /// <param name="number">Number of the attempt; 0 is the first.</param>
    /// <param name="startedAt">Timestamp of its start.</param>
    /// <param name="patience">The time since the last look.</param>
    /// <returns>
    /// When to look again, infinite for never; <see langword="null"/> to give the attempt up and try another node, for which
    /// the retry budget has paid.
    /// </returns>
    public async ValueTask<TimeSpan?> LookAsync(CallPlan plan, NodePick pick, int number, long startedAt, TimeSpan patience)
    {
        var silence = time.GetElapsedTime(Math.Max(startedAt, traffic.HeardAt(pick.Node.Address)));
        if (silence < FirstLook - TimeSpan.FromMilliseconds(1))
        {
            return FirstLook - silence;
        }

        if (await pick.SuspectAsync().ConfigureAwait(false))
        {
            return patience * 2 < LongestPatience ? patience * 2 : LongestPatience;
        }

        if (!MayTryAnother(plan, in pick, number))
        {
            return Timeout.InfiniteTimeSpan;
        }

        return budget?.TryTakeRetry() == false ? FirstLook : null;
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
