using Micro.Registry;
using Microsoft.Extensions.Logging;

namespace Micro.Selection;

/// <summary>
/// The health of the nodes of one service. A node is its id and its address, so that a restarted one starts clean; what
/// the registry no longer lists is forgotten. Safe for concurrent use: picks and successes take no lock.
/// </summary>
internal sealed class HealthTable(string service, EjectionOptions options, TimeProvider time, AtomicRandom random, ILogger logger)
{
    private static readonly TimeSpan LostProbe = TimeSpan.FromSeconds(60);
    private readonly Lock _gate = new();
    private readonly HashSet<NodeHealth> _out = [];
    private Dictionary<(string Id, string Address), NodeHealth> _nodes = [];
    private int _listed;
    private int _ejected;
    private long _generation;

    /// <summary>How many nodes are left out now.</summary>
    public int EjectedCount => Volatile.Read(ref _ejected);

    /// <summary>Changes with every node that is left out or comes back.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    public NodeHealth Get(Node node)
    {
        lock (_gate)
        {
            // A filter may hand out a node of an older snapshot: it gets a health that nobody else sees.
            return _nodes.GetValueOrDefault((node.Id, node.Address)) ?? new NodeHealth(node);
        }
    }

    /// <summary>Takes the nodes that are known from now on; others are forgotten.</summary>
    public void Retain(IEnumerable<Node> listed, IEnumerable<Node> suspects)
    {
        lock (_gate)
        {
            var before = _nodes;
            _nodes = new Dictionary<(string Id, string Address), NodeHealth>(before.Count);
            foreach (var node in suspects)
            {
                Keep(node, isListed: false);
            }

            foreach (var node in listed)
            {
                Keep(node, isListed: true);
            }

            _listed = _nodes.Values.Count(health => health.IsListed);
            _out.RemoveWhere(health => !IsKnown(health));
            KeepWithinLimit();
            NoteChange();

            void Keep(Node node, bool isListed)
            {
                var key = (node.Id, node.Address);
                var health = before.GetValueOrDefault(key) ?? new NodeHealth(node);
                health.IsListed = isListed;
                _nodes[key] = health;
            }
        }
    }

    /// <summary>Takes some changes of the listed nodes, for a service without suspects; the price does not grow with the nodes.</summary>
    public void Change(IReadOnlyList<NodeEdit> edits)
    {
        lock (_gate)
        {
            // A node that only changed its labels, or its version, keeps its health: so first all that goes, then what comes.
            var gone = new Dictionary<(string Id, string Address), NodeHealth>();
            foreach (var edit in edits)
            {
                if (edit.Gone is { } node && _nodes.Remove((node.Id, node.Address), out var health))
                {
                    gone[(node.Id, node.Address)] = health;
                }
            }

            foreach (var edit in edits)
            {
                if (edit.Come is { } node)
                {
                    var health = gone.GetValueOrDefault((node.Id, node.Address)) ?? new NodeHealth(node);
                    health.IsListed = true;
                    _nodes[(node.Id, node.Address)] = health;
                }
            }

            _listed = _nodes.Count;
            var before = _out.Count;
            _out.RemoveWhere(health => !IsKnown(health));
            KeepWithinLimit();
            if (_out.Count != before)
            {
                // Otherwise what picks have worked out still holds.
                NoteChange();
            }
        }
    }

    /// <summary>Takes the right to try one request at a node whose pause is over.</summary>
    public bool TryClaimProbe(NodeHealth health, long now)
    {
        if (health.DueAt > now)
        {
            return false;
        }

        lock (_gate)
        {
            if (health.DueAt > now || health.State == NodeHealthState.InUse)
            {
                return false;
            }

            // The outcome ends it; should it never be reported, the next request may try after this time.
            health.State = NodeHealthState.Probing;
            health.DueAt = now + Ticks(LostProbe);
            health.ChangedAt = now;
            return true;
        }
    }

    /// <summary>Hears how an attempt ended.</summary>
    public void Report(NodeHealth health, in AttemptOutcome outcome)
    {
        // Nearly every report ends here: two reads, no lock.
        var evidence = HealthEvidence.Of(in outcome);
        if (evidence <= Evidence.Answered && health.IsClean)
        {
            return;
        }

        var now = time.GetTimestamp();
        var began = now - Ticks(outcome.Duration);
        lock (_gate)
        {
            if (began < health.ChangedAt)
            {
                return;
            }

            switch (evidence)
            {
                case Evidence.Answered:
                    health.Failures = 0;
                    TryReturn(health);
                    break;
                case Evidence.Refused or Evidence.Failed:
                    Fail(health, outcome.Failure, evidence == Evidence.Refused, now);
                    break;
                default:
                    if (health.State == NodeHealthState.Probing)
                    {
                        // The caller gave up: the next request may try.
                        health.DueAt = now;
                    }

                    break;
            }
        }
    }

    private int Limit => Math.Max(1, (int)(_listed * options.MaxShare));

    /// <summary>Healthy nodes went away: those that are due first come back, so that never too many are left out.</summary>
    private void KeepWithinLimit()
    {
        while (CountOut(listedOnly: true) > Limit)
        {
            Return(_out.Where(static health => health.IsListed).MinBy(static health => health.DueAt)!);
        }
    }

    /// <summary>Whether a node is still in the table: reports of older snapshots may be of one that is not.</summary>
    private bool IsKnown(NodeHealth health) =>
        ReferenceEquals(_nodes.GetValueOrDefault((health.Node.Id, health.Node.Address)), health);

    private void Fail(NodeHealth health, ErrorKind kind, bool atOnce, long now)
    {
        if (health.State == NodeHealthState.Ejected)
        {
            return;
        }

        health.Failures++;
        var isOut = health.State == NodeHealthState.Probing;
        if (!isOut && ((!atOnce && health.Failures < options.ConsecutiveFailures) || (health.IsListed && CountOut(listedOnly: true) >= Limit)))
        {
            return;
        }

        var pause = NextPause(health, now);
        health.State = NodeHealthState.Ejected;
        if (IsKnown(health))
        {
            _out.Add(health);
        }

        health.DueAt = now + Ticks(pause);
        health.ChangedAt = now;
        NoteChange();
        SelectorLog.Ejected(logger, health.Node.Id, health.Node.Address, service, pause, health.Failures, kind);
    }

    private TimeSpan NextPause(NodeHealth health, long now)
    {
        var mostDoublings = (int)Math.Ceiling(Math.Log2(options.LongestPause / options.FirstPause));
        var quiet = health.Doublings < 0 || health.State == NodeHealthState.Probing ? 0 : (int)(time.GetElapsedTime(health.ChangedAt, now) / options.LongestPause);
        health.Doublings = Math.Clamp(health.Doublings + 1 - quiet, 0, mostDoublings);
        var pause = options.FirstPause * Math.Pow(2, health.Doublings);
        return (pause < options.LongestPause ? pause : options.LongestPause) * (0.8 + (0.4 * random.NextDouble()));
    }

    private void TryReturn(NodeHealth health)
    {
        if (health.State != NodeHealthState.InUse)
        {
            Return(health);
            NoteChange();
        }
    }

    private void Return(NodeHealth health)
    {
        health.State = NodeHealthState.InUse;
        _out.Remove(health);
        health.Failures = 0;
        health.ChangedAt = time.GetTimestamp();
        SelectorLog.Returned(logger, health.Node.Id, health.Node.Address, service);
    }

    private void NoteChange()
    {
        Volatile.Write(ref _ejected, CountOut(listedOnly: false));
        Interlocked.Increment(ref _generation);
    }

    private int CountOut(bool listedOnly) => listedOnly ? _out.Count(static health => health.IsListed) : _out.Count;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
