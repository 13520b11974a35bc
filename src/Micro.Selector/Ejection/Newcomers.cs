using Micro.Basics;
using Micro.Selection.Services;

namespace Micro.Selection.Ejection;

/// <summary>
/// Admits nodes of an open registry once they have answered: first a check over a new connection, then one request. A false
/// announcement costs no call if the check fails, and fewer and fewer calls if requests fail. Used under the lock of the
/// <see cref="HealthTable"/>.
/// </summary>
/// <param name="context">State shared by all services.</param>
/// <param name="gate">The lock of the table, for background work.</param>
/// <param name="known">The nodes that are known.</param>
/// <param name="excluded">The excluded nodes.</param>
/// <param name="checks">The liveness checks.</param>
internal sealed class Newcomers(SelectorContext context, Lock gate, KnownNodes known, ExcludedNodes excluded, LivenessChecks checks)
{
    /// <summary>The pause between two requests that try newcomers while none has failed or the first is not answered yet.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause after the first failure; each further one doubles it.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private TimeSpan _pause = FirstPause;
    private long _nextAt;

    /// <summary>Starts checks of the new nodes.</summary>
    public void CheckArrivals()
    {
        foreach (var health in known.TakeNewcomers())
        {
            health.AwaitsCheck = context.Checks.IsOn;
            health.DueAt = health.AwaitsCheck ? long.MaxValue : context.Time.GetTimestamp();
            if (health.AwaitsCheck)
            {
                _ = BackgroundTask.Run(() => CheckAsync(health));
            }
        }
    }

    /// <summary>Claims the right to try one request at any newcomer.</summary>
    public bool TryClaim(long now)
    {
        if (now < _nextAt)
        {
            return false;
        }

        _nextAt = now + context.Time.Units(Step);
        return true;
    }

    /// <summary>Records a failure of a newcomer.</summary>
    public void OnFailure(NodeHealth health, long now)
    {
        NoteFailure(health);
        _nextAt = now + context.Time.Units(_pause);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    /// <summary>Records that a newcomer answered a request, and so is a newcomer no longer.</summary>
    public void OnAnswer(NodeHealth health)
    {
        (health.IsNewcomer, health.HasFailed) = (false, false);
        (_pause, _nextAt) = (FirstPause, 0);
        if (health.IsListed && known.Contains(health))
        {
            excluded.ListedCount++;
        }
    }

    private void NoteFailure(NodeHealth health)
    {
        if (!health.HasFailed)
        {
            health.HasFailed = true;
            excluded.Publish();
        }
    }

    private async Task CheckAsync(NodeHealth health)
    {
        await checks.WaitForFirstAnswerAsync(health.Node, TimeSpan.Zero, IsWaiting, NoteFailedCheck).ConfigureAwait(false);
        lock (gate)
        {
            if (health.State == NodeHealthState.New)
            {
                health.AwaitsCheck = false;
                health.DueAt = context.Time.GetTimestamp();
                excluded.Publish();
            }
        }

        bool IsWaiting()
        {
            lock (gate)
            {
                return health.State == NodeHealthState.New && known.Contains(health);
            }
        }

        void NoteFailedCheck()
        {
            lock (gate)
            {
                NoteFailure(health);
            }
        }
    }
}
