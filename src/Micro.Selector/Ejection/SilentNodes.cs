using Micro.Selection.Services;

namespace Micro.Selection.Ejection;

/// <summary>
/// Checks nodes at which attempts get no reply. A node is excluded until it answers; if it does not, it is ejected. Each
/// answer of a node whose handlers are merely slow doubles the patience with it. Used under the lock of the
/// <see cref="HealthTable"/>.
/// </summary>
/// <param name="service">Name of the service.</param>
/// <param name="context">State shared by all services.</param>
/// <param name="gate">The lock of the table, for background work.</param>
/// <param name="known">The nodes that are known.</param>
/// <param name="excluded">The excluded nodes.</param>
/// <param name="checks">The liveness checks.</param>
/// <param name="ejection">Ejects nodes that do not answer.</param>
internal sealed class SilentNodes(
    string service, SelectorContext context, Lock gate, KnownNodes known, ExcludedNodes excluded, LivenessChecks checks, NodeEjection ejection)
{
    /// <summary>The silence after which a node with waiting attempts is checked; doubled by each false alarm.</summary>
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromMilliseconds(400);

    /// <summary>Maximum number of doublings: 400 ms become 3.2 s.</summary>
    private const int MaxFalseAlarms = 3;

    /// <summary>The time without a false alarm after which one is forgotten.</summary>
    private static readonly TimeSpan FalseAlarmTime = TimeSpan.FromSeconds(30);

    /// <summary>Returns how long a node may be silent before it is checked.</summary>
    public TimeSpan PatienceFor(NodeHealth health)
    {
        ForgetFalseAlarms(health);
        return ShortestPatience * (1 << health.FalseAlarms);
    }

    /// <summary>Checks a node; concurrent callers share one check.</summary>
    /// <returns><see langword="true"/> if it is alive or cannot be checked.</returns>
    public Task<bool> CheckAsync(NodeHealth health)
    {
        if (!context.Checks.IsOn || health.State == NodeHealthState.Ejected)
        {
            return Task.FromResult(health.State != NodeHealthState.Ejected);
        }

        if (health.LastCheck is { IsCompleted: false } check)
        {
            return check;
        }

        if (health.State == NodeHealthState.InUse && known.Contains(health) && excluded.HasRoomFor(health))
        {
            health.State = NodeHealthState.Checking;
            excluded.Add(health);
            excluded.Publish();
        }

        return health.LastCheck = BackgroundTask.Run(() => AwaitAnswerAsync(health));
    }

    /// <summary>Records an answer of a node; a node under check is in use again.</summary>
    public void OnAnswer(NodeHealth health)
    {
        if (health.State == NodeHealthState.Checking)
        {
            health.State = NodeHealthState.InUse;
            excluded.Remove(health);
            excluded.Publish();
        }
    }

    private async Task<bool> AwaitAnswerAsync(NodeHealth health)
    {
        var isAlive = await checks.IsAliveAsync(health.Node).ConfigureAwait(false);
        lock (gate)
        {
            if (isAlive)
            {
                ForgetFalseAlarms(health);
                health.FalseAlarms = Math.Min(health.FalseAlarms + 1, MaxFalseAlarms);
                health.FalseAlarmAt = context.Time.GetTimestamp();
                OnAnswer(health);
            }
            else if (health.State is NodeHealthState.Checking or NodeHealthState.Probing or NodeHealthState.New)
            {
                var pause = ejection.Eject(health, context.Time.GetTimestamp());
                SelectorLog.Silent(context.Logger, health.Node.Id, health.Node.Address, service, pause);
            }
        }

        return isAlive;
    }

    private void ForgetFalseAlarms(NodeHealth health)
    {
        var quiet = health.FalseAlarms == 0 ? 0 : (int)(context.Time.GetElapsedTime(health.FalseAlarmAt) / FalseAlarmTime);
        if (quiet > 0)
        {
            health.FalseAlarms = Math.Max(0, health.FalseAlarms - quiet);
            health.FalseAlarmAt = context.Time.GetTimestamp();
        }
    }
}
