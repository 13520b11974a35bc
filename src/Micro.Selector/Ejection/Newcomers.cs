using Micro.Basics;
using Micro.Selection.Services;

namespace Micro.Selection.Ejection;

/// <summary>
/// Lets nodes of an open registry take part once they have answered: first a check over a new connection, then one request. A
/// stranger that anybody can announce costs calls nothing if it fails the check, and ever fewer calls if it fails requests. Used
/// under the lock of the <see cref="HealthTable"/>.
/// </summary>
/// <param name="context">State shared by all services.</param>
/// <param name="gate">The lock of the table, for what goes on in the background.</param>
/// <param name="known">The nodes that are known.</param>
/// <param name="leftOut">The nodes that are left out.</param>
/// <param name="questions">Asks nodes whether they live.</param>
internal sealed class Newcomers(SelectorContext context, Lock gate, KnownNodes known, LeftOutNodes leftOut, NodeQuestions questions)
{
    /// <summary>The pause between two requests that try newcomers while none has failed or the first is not answered yet.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause after the first failure; each further one doubles it.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private TimeSpan _pause = FirstPause;
    private long _nextAt;

    /// <summary>Asks the nodes that have come.</summary>
    public void Welcome()
    {
        foreach (var health in known.TakeNewcomers())
        {
            health.AwaitsCheck = context.Checks.IsOn;
            health.DueAt = health.AwaitsCheck ? long.MaxValue : context.Time.GetTimestamp();
            if (health.AwaitsCheck)
            {
                _ = BackgroundTask.Run(() => AwaitSignOfLifeAsync(health));
            }
        }
    }

    /// <summary>Takes the right to try one request at any newcomer.</summary>
    public bool TryClaim(long now)
    {
        if (now < _nextAt)
        {
            return false;
        }

        _nextAt = now + context.Time.Units(Step);
        return true;
    }

    /// <summary>Notes a failure of a newcomer.</summary>
    public void OnFailure(NodeHealth health, long now)
    {
        NoteFailure(health);
        _nextAt = now + context.Time.Units(_pause);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    /// <summary>Notes that a newcomer answered a request: it is one no longer.</summary>
    public void OnAnswer(NodeHealth health)
    {
        (health.IsNewcomer, health.HasFailed) = (false, false);
        (_pause, _nextAt) = (FirstPause, 0);
        if (health.IsListed && known.Contains(health))
        {
            leftOut.ListedCount++;
        }
    }

    private void NoteFailure(NodeHealth health)
    {
        if (!health.HasFailed)
        {
            health.HasFailed = true;
            leftOut.Announce();
        }
    }

    private async Task AwaitSignOfLifeAsync(NodeHealth health)
    {
        await questions.UntilFirstAnswerAsync(health.Node, TimeSpan.Zero, IsWaiting, NoteFailedCheck).ConfigureAwait(false);
        lock (gate)
        {
            if (health.State == NodeHealthState.New)
            {
                health.AwaitsCheck = false;
                health.DueAt = context.Time.GetTimestamp();
                leftOut.Announce();
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
