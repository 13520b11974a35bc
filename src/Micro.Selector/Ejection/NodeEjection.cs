using Micro.Basics;
using Micro.Selection.Services;

namespace Micro.Selection.Ejection;

/// <summary>
/// Ejects failing nodes, for pauses that grow while the node fails and shrink while it serves. Used under the lock of the
/// <see cref="HealthTable"/>.
/// </summary>
/// <param name="service">Name of the service.</param>
/// <param name="context">State shared by all services.</param>
/// <param name="known">The nodes that are known.</param>
/// <param name="excluded">The excluded nodes.</param>
/// <param name="returns">Brings ejected nodes back.</param>
internal sealed class NodeEjection(string service, SelectorContext context, KnownNodes known, ExcludedNodes excluded, NodeReturn returns)
{
    private readonly EjectionOptions _options = context.Options.Ejection;

    /// <summary>Records a failure; ejects the node when it has failed often enough and the limit allows it.</summary>
    /// <param name="health">The node.</param>
    /// <param name="failures">The failures in a row, with this one.</param>
    /// <param name="most">The number of failures in a row that eject a node.</param>
    /// <param name="kind">The kind of this failure.</param>
    /// <param name="now">The current timestamp.</param>
    public void OnFailure(NodeHealth health, int failures, int most, ErrorKind kind, long now)
    {
        var isEnough = health.State == NodeHealthState.Probing || failures >= most;
        if (!isEnough || health.State == NodeHealthState.Ejected || (health.State == NodeHealthState.InUse && !returns.MakeRoomFor(health)))
        {
            return;
        }

        var pause = Eject(health, now);
        SelectorLog.Ejected(context.Logger, health.Node.Id, health.Node.Address, service, pause, failures, kind);
    }

    /// <summary>Ejects a node regardless of the limit.</summary>
    /// <returns>The pause.</returns>
    public TimeSpan Eject(NodeHealth health, long now)
    {
        var pause = NextPause(health, now);
        health.State = NodeHealthState.Ejected;
        (health.Failures, health.Refusals, health.ProvenAt) = (0, 0, null);
        health.DueAt = now + context.Time.Units(pause);
        health.ChangedAt = now;
        if (known.Contains(health))
        {
            excluded.Add(health);
        }

        returns.StartCheck(health, pause);
        excluded.Publish();
        return pause;
    }

    private TimeSpan NextPause(NodeHealth health, long now)
    {
        var maxDoublings = (int)Math.Ceiling(Math.Log2(_options.LongestPause / _options.FirstPause));
        var quiet = health is { Doublings: >= 0, ProvenAt: { } provenAt } ? (int)(context.Time.GetElapsedTime(provenAt, now) / _options.LongestPause) : 0;
        health.Doublings = Math.Clamp(health.Doublings + 1 - quiet, 0, maxDoublings);
        var pause = _options.FirstPause * Math.Pow(2, health.Doublings);
        return (pause < _options.LongestPause ? pause : _options.LongestPause) * (0.8 + (0.4 * context.Random.NextDouble()));
    }
}
