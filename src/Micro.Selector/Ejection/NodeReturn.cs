using Micro.Basics;
using Micro.Selection.Services;

namespace Micro.Selection.Ejection;

/// <summary>
/// Brings ejected nodes back: a sign of life after the pause, then one request that tries the node, and for a node that has
/// failed again before a probation. Used under the lock of the <see cref="HealthTable"/>.
/// </summary>
/// <param name="service">Name of the service.</param>
/// <param name="context">State shared by all services.</param>
/// <param name="gate">The lock of the table, for what goes on in the background.</param>
/// <param name="known">The nodes that are known.</param>
/// <param name="leftOut">The nodes that are left out.</param>
/// <param name="questions">Asks nodes whether they live.</param>
/// <param name="newcomers">Lets nodes in that have never answered.</param>
internal sealed class NodeReturn(
    string service, SelectorContext context, Lock gate, KnownNodes known, LeftOutNodes leftOut, NodeQuestions questions, Newcomers newcomers)
{
    /// <summary>The outcome of a probe ends it; should it never be reported, the next request may try after this time.</summary>
    private static readonly TimeSpan LostProbe = TimeSpan.FromSeconds(60);

    /// <summary>For how long a node that has come back before only to fail again gets one request at a time.</summary>
    private static readonly TimeSpan Probation = TimeSpan.FromSeconds(3);

    /// <summary>The pause between two requests on probation.</summary>
    private static readonly TimeSpan ProbationStep = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes the right to try one request at a node whose pause is over.</summary>
    public bool TryClaimProbe(NodeHealth health, long now)
    {
        if (health.DueAt > now || health.AwaitsCheck || health.State is not (NodeHealthState.Ejected or NodeHealthState.Probing or NodeHealthState.New)
            || (health.IsNewcomer && !newcomers.TryClaim(now)))
        {
            return false;
        }

        health.State = NodeHealthState.Probing;
        health.DueAt = now + context.Time.Units(LostProbe);
        health.ChangedAt = now;
        return true;
    }

    /// <summary>The caller gave a probe up: the next request may try.</summary>
    public static void GiveProbeUp(NodeHealth health, long now)
    {
        if (health.State == NodeHealthState.Probing)
        {
            health.DueAt = now;
        }
    }

    /// <summary>Notes that a node answered; one that is left out returns, or goes on with its probation.</summary>
    public void OnAnswer(NodeHealth health, long now)
    {
        if (health.IsNewcomer)
        {
            newcomers.OnAnswer(health);
        }

        if (health.State == NodeHealthState.InUse)
        {
            return;
        }

        health.ProvenAt ??= now;
        if (health.State == NodeHealthState.Probing && health.Doublings > 0 && context.Time.GetElapsedTime(health.ProvenAt.Value, now) < Probation)
        {
            health.DueAt = now + context.Time.Units(ProbationStep);
            return;
        }

        Return(health);
        leftOut.Announce();
    }

    /// <summary>Waits in the background until an ejected node answers; without a means to ask, the next request decides.</summary>
    public void AwaitSignOfLife(NodeHealth health, TimeSpan pause)
    {
        health.AwaitsCheck = context.Checks.IsOn;
        if (health.AwaitsCheck)
        {
            var ejectedAt = health.ChangedAt;
            _ = BackgroundTask.Run(() => AwaitSignOfLifeAsync(health, ejectedAt, pause));
        }
    }

    /// <summary>Healthy nodes went away: those that are due first come back, so that never too many are left out.</summary>
    public void KeepWithinLimit()
    {
        while (leftOut.IsOverLimit)
        {
            Return(leftOut.FirstDue());
        }
    }

    /// <summary>Returns whether a node may be left out; a node that may live returns to make room for it.</summary>
    public bool MakeRoomFor(NodeHealth health)
    {
        if (leftOut.HasRoomFor(health))
        {
            return true;
        }

        if (leftOut.FindHopeful() is not { } other)
        {
            return false;
        }

        Return(other);
        return true;
    }

    private void Return(NodeHealth health)
    {
        // Only a node that was ejected before is said to take part again.
        var isSilentReturn = health.State is NodeHealthState.Asked or NodeHealthState.New || health.Doublings < 0;
        health.State = NodeHealthState.InUse;
        leftOut.Remove(health);
        (health.Failures, health.Refusals) = (0, 0);
        health.ChangedAt = context.Time.GetTimestamp();
        health.ProvenAt ??= health.ChangedAt;
        if (!isSilentReturn)
        {
            SelectorLog.Returned(context.Logger, health.Node.Id, health.Node.Address, service);
        }
    }

    private async Task AwaitSignOfLifeAsync(NodeHealth health, long ejectedAt, TimeSpan pause)
    {
        var asking = health.IsNewcomer
            ? questions.UntilFirstAnswerAsync(health.Node, pause, IsStillOut, static () => { })
            : questions.UntilAliveAsync(health.Node, pause, IsStillOut);
        await asking.ConfigureAwait(false);
        lock (gate)
        {
            if (health.ChangedAt == ejectedAt)
            {
                health.AwaitsCheck = false;
            }
        }

        bool IsStillOut()
        {
            lock (gate)
            {
                return health.ChangedAt == ejectedAt && health.State == NodeHealthState.Ejected && known.Contains(health);
            }
        }
    }
}
