using Micro.Selection.Services;

namespace Micro.Selection.Ejection;

/// <summary>
/// Asks nodes at which attempts wait in silence whether they live. A node is left out until it answers; if it does not, it is
/// ejected. Each answer of a node whose handlers are merely slow doubles the patience with it. Used under the lock of the
/// <see cref="HealthTable"/>.
/// </summary>
/// <param name="service">Name of the service.</param>
/// <param name="context">State shared by all services.</param>
/// <param name="gate">The lock of the table, for what goes on in the background.</param>
/// <param name="known">The nodes that are known.</param>
/// <param name="leftOut">The nodes that are left out.</param>
/// <param name="questions">Asks nodes whether they live.</param>
/// <param name="ejection">Ejects nodes that do not answer.</param>
internal sealed class SilentNodes(
    string service, SelectorContext context, Lock gate, KnownNodes known, LeftOutNodes leftOut, NodeQuestions questions, NodeEjection ejection)
{
    /// <summary>The silence of a node while attempts wait after which it is asked whether it lives; doubled by each false alarm.</summary>
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromMilliseconds(400);

    /// <summary>Maximum number of doublings: 400 ms become 3.2 s.</summary>
    private const int MostFalseAlarms = 3;

    /// <summary>After how long without a false alarm one is forgotten.</summary>
    private static readonly TimeSpan FalseAlarmTime = TimeSpan.FromSeconds(30);

    /// <summary>Returns how long a node may be silent before it is asked whether it lives.</summary>
    public TimeSpan PatienceWith(NodeHealth health)
    {
        ForgetFalseAlarms(health);
        return ShortestPatience * (1 << health.FalseAlarms);
    }

    /// <summary>Asks a node whether it lives; all that ask at the same time wait for one answer.</summary>
    /// <returns><see langword="true"/> if it lives, or nobody can ask.</returns>
    public Task<bool> AskAsync(NodeHealth health)
    {
        if (!context.Checks.IsOn || health.State == NodeHealthState.Ejected)
        {
            return Task.FromResult(health.State != NodeHealthState.Ejected);
        }

        if (health.Question is { IsCompleted: false } question)
        {
            return question;
        }

        if (health.State == NodeHealthState.InUse && known.Contains(health) && leftOut.HasRoomFor(health))
        {
            health.State = NodeHealthState.Asked;
            leftOut.Add(health);
            leftOut.Announce();
        }

        return health.Question = BackgroundTask.Run(() => AwaitAnswerAsync(health));
    }

    /// <summary>Notes an answer of a node; one that is asked takes part again.</summary>
    public void OnAnswer(NodeHealth health)
    {
        if (health.State == NodeHealthState.Asked)
        {
            health.State = NodeHealthState.InUse;
            leftOut.Remove(health);
            leftOut.Announce();
        }
    }

    private async Task<bool> AwaitAnswerAsync(NodeHealth health)
    {
        var isAlive = await questions.IsAliveAsync(health.Node).ConfigureAwait(false);
        lock (gate)
        {
            if (isAlive)
            {
                ForgetFalseAlarms(health);
                health.FalseAlarms = Math.Min(health.FalseAlarms + 1, MostFalseAlarms);
                health.FalseAlarmAt = context.Time.GetTimestamp();
                OnAnswer(health);
            }
            else if (health.State is NodeHealthState.Asked or NodeHealthState.Probing or NodeHealthState.New)
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
