using Micro.Basics;
using Micro.Selection.Services;

namespace Micro.Selection.Ejection;

/// <summary>
/// Brings ejected nodes back: a liveness check after the pause, then one request, then a probation for a node that has failed
/// again before. Used under the lock of the <see cref="HealthTable"/>.
/// </summary>
/// <param name="service">Name of the service.</param>
/// <param name="context">State shared by all services.</param>
/// <param name="gate">The lock of the table, for background work.</param>
/// <param name="known">The nodes that are known.</param>
/// <param name="excluded">The excluded nodes.</param>
/// <param name="checks">The liveness checks.</param>
/// <param name="newcomers">Admits nodes that have never answered.</param>
internal sealed class NodeReturn(
    string service, SelectorContext context, Lock gate, KnownNodes known, ExcludedNodes excluded, LivenessChecks checks, Newcomers newcomers)
{
    /// <summary>The time after which a probe without a reported outcome is given up and the next request may try.</summary>
    private static readonly TimeSpan LostProbe = TimeSpan.FromSeconds(60);

    /// <summary>The time for which a node that failed again after an earlier return gets one request at a time.</summary>
    private static readonly TimeSpan Probation = TimeSpan.FromSeconds(3);

    /// <summary>The pause between two requests on probation.</summary>
    private static readonly TimeSpan ProbationStep = TimeSpan.FromMilliseconds(100);

    /// <summary>Claims the right to try one request at a node whose pause is over.</summary>
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

    /// <summary>Abandons a probe, so that the next request may try.</summary>
    public static void AbandonProbe(NodeHealth health, long now)
    {
        if (health.State == NodeHealthState.Probing)
        {
            health.DueAt = now;
        }
    }

    /// <summary>Records an answer; an excluded node returns or continues its probation.</summary>
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
        excluded.Publish();
    }

    /// <summary>Checks an ejected node in the background until it answers; without a check, the next request decides.</summary>
    public void StartCheck(NodeHealth health, TimeSpan pause)
    {
        health.AwaitsCheck = context.Checks.IsOn;
        if (health.AwaitsCheck)
        {
            var ejectedAt = health.ChangedAt;
            _ = BackgroundTask.Run(() => CheckAsync(health, ejectedAt, pause));
        }
    }

    /// <summary>Returns the nodes that are due first while healthy nodes leave, so that the limit holds.</summary>
    public void KeepWithinLimit()
    {
        while (excluded.IsOverLimit)
        {
            Return(excluded.FirstDue());
        }
    }

    /// <summary>Returns whether a node may be excluded; a node that is likely alive returns to make room for it.</summary>
    public bool MakeRoomFor(NodeHealth health)
    {
        if (excluded.HasRoomFor(health))
        {
            return true;
        }

        if (excluded.FindLikelyAlive() is not { } other)
        {
            return false;
        }

        Return(other);
        return true;
    }

    private void Return(NodeHealth health)
    {
        // Only the return of a node whose ejection was logged is logged.
        var isSilentReturn = health.State is NodeHealthState.Checking or NodeHealthState.New || health.Doublings < 0;
        health.State = NodeHealthState.InUse;
        excluded.Remove(health);
        (health.Failures, health.Refusals) = (0, 0);
        health.ChangedAt = context.Time.GetTimestamp();
        health.ProvenAt ??= health.ChangedAt;
        if (!isSilentReturn)
        {
            SelectorLog.Returned(context.Logger, health.Node.Id, health.Node.Address, service);
        }
    }

    private async Task CheckAsync(NodeHealth health, long ejectedAt, TimeSpan pause)
    {
        var asking = health.IsNewcomer
            ? checks.WaitForFirstAnswerAsync(health.Node, pause, IsStillOut, static () => { })
            : checks.WaitUntilAliveAsync(health.Node, pause, IsStillOut);
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
