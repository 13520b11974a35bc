using Micro.Registry;
using Microsoft.Extensions.Logging;

namespace Micro.Selection;

/// <summary>
/// The health of the nodes of one service. A node is its id and its address, so that one restarted elsewhere starts clean;
/// what the registry no longer lists is remembered for a while. Safe for concurrent use: picks and successes take no lock.
/// </summary>
internal sealed class HealthTable
{
    private static readonly TimeSpan LostProbe = TimeSpan.FromSeconds(60);

    /// <summary>For how long a node that has come back before only to fail again gets one request at a time.</summary>
    private static readonly TimeSpan Probation = TimeSpan.FromSeconds(3);

    /// <summary>The pause between two requests on probation.</summary>
    private static readonly TimeSpan ProbationStep = TimeSpan.FromMilliseconds(100);

    /// <summary>The silence of a node while attempts wait after which it is asked whether it lives; doubled by each false alarm.</summary>
    private static readonly TimeSpan ShortestPatience = TimeSpan.FromMilliseconds(400);

    /// <summary>Maximum number of doublings: 400 ms become 3.2 s.</summary>
    private const int MostFalseAlarms = 3;

    /// <summary>After how long without a false alarm one is forgotten.</summary>
    private static readonly TimeSpan FalseAlarmTime = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly HashSet<NodeHealth> _out = [];
    private readonly string _service;
    private readonly EjectionOptions _options;
    private readonly TimeProvider _time;
    private readonly AtomicRandom _random;
    private readonly ILogger _logger;
    private readonly NodeChecks _checks;
    private readonly NodeQuestions _questions;
    private readonly DepartedNodes _departed;
    private Dictionary<(string Id, string Address), NodeHealth> _nodes = [];
    private int _listed;
    private int _ejected;
    private long _generation;

    /// <param name="service">Name of the service.</param>
    /// <param name="context">State shared by all services.</param>
    /// <param name="stop">Fires when the service is forgotten.</param>
    public HealthTable(string service, SelectorContext context, CancellationToken stop)
    {
        _service = service;
        _options = context.Options.Ejection;
        _time = context.Time;
        _random = context.Random;
        _logger = context.Logger;
        _checks = context.Checks;
        _questions = new NodeQuestions(context, stop);
        var keepFor = context.Options.KeepLastNodesFor;
        _departed = new DepartedNodes(_time, keepFor > _options.LongestPause ? keepFor : _options.LongestPause);
    }

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

    /// <summary>Takes the nodes that are known from now on; others have left.</summary>
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

            foreach (var (key, health) in before)
            {
                if (!_nodes.ContainsKey(key))
                {
                    _departed.Add(health);
                }
            }

            _listed = _nodes.Values.Count(health => health.IsListed);
            _out.RemoveWhere(health => !IsKnown(health));
            KeepWithinLimit();
            NoteChange();

            void Keep(Node node, bool isListed)
            {
                var key = (node.Id, node.Address);
                var health = before.GetValueOrDefault(key) ?? Recall(node, key);
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

            var before = (_out.Count, EjectedCount);
            foreach (var edit in edits)
            {
                if (edit.Come is { } node)
                {
                    var key = (node.Id, node.Address);
                    var health = gone.Remove(key, out var known) ? known : Recall(node, key);
                    health.IsListed = true;
                    _nodes[key] = health;
                }
            }

            foreach (var (_, health) in gone)
            {
                _departed.Add(health);
            }

            _listed = _nodes.Count;
            _out.RemoveWhere(health => !IsKnown(health));
            KeepWithinLimit();
            if (before != (_out.Count, _out.Count))
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
            if (health.DueAt > now || health.AwaitsCheck || health.State is not (NodeHealthState.Ejected or NodeHealthState.Probing))
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

    /// <summary>Notes how an attempt ended.</summary>
    public void Report(NodeHealth health, in AttemptOutcome outcome)
    {
        // Nearly every report ends here: a few reads, no lock.
        var evidence = HealthEvidence.Of(in outcome);
        if (evidence <= Evidence.Answered && health.IsClean)
        {
            return;
        }

        var now = _time.GetTimestamp();
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
                    (health.Failures, health.Refusals) = (0, 0);
                    OnAnswer(health, now);
                    break;
                case Evidence.Unavailable:
                    health.Failures = 0;
                    Acquit(health);
                    Fail(health, ++health.Refusals, _options.ConsecutiveUnavailable, outcome.Failure, now);
                    break;
                case Evidence.Refused or Evidence.Failed:
                    Fail(health, ++health.Failures, evidence == Evidence.Refused ? 1 : _options.ConsecutiveFailures, outcome.Failure, now);
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

    /// <summary>Returns how long a node may be silent before it is asked whether it lives.</summary>
    public TimeSpan PatienceWith(NodeHealth health)
    {
        lock (_gate)
        {
            ForgetFalseAlarms(health);
            return ShortestPatience * (1 << health.FalseAlarms);
        }
    }

    /// <summary>
    /// Asks a node at which attempts wait in silence whether it lives, and leaves it out meanwhile; ejects it if it does not.
    /// </summary>
    /// <returns><see langword="true"/> if it lives, or nobody can ask.</returns>
    public Task<bool> SuspectAsync(NodeHealth health)
    {
        lock (_gate)
        {
            if (!_checks.IsOn || health.State == NodeHealthState.Ejected)
            {
                return Task.FromResult(health.State != NodeHealthState.Ejected);
            }

            if (health.Question is { IsCompleted: false } question)
            {
                return question;
            }

            if (health.State == NodeHealthState.InUse && IsKnown(health) && (!health.IsListed || CountOut(listedOnly: true) < Limit))
            {
                health.State = NodeHealthState.Suspected;
                _out.Add(health);
                NoteChange();
            }

            return health.Question = BackgroundTask.Run(() => AskAsync(health));
        }
    }

    private int Limit => Math.Max(1, (int)(_listed * _options.MaxShare));

    private async Task<bool> AskAsync(NodeHealth health)
    {
        var isAlive = await _questions.IsAliveAsync(health.Node).ConfigureAwait(false);
        lock (_gate)
        {
            if (isAlive)
            {
                ForgetFalseAlarms(health);
                health.FalseAlarms = Math.Min(health.FalseAlarms + 1, MostFalseAlarms);
                health.FalseAlarmAt = _time.GetTimestamp();
                Acquit(health);
            }
            else if (health.State is NodeHealthState.Suspected or NodeHealthState.Probing)
            {
                var pause = Eject(health, _time.GetTimestamp());
                SelectorLog.Silent(_logger, health.Node.Id, health.Node.Address, _service, pause);
            }
        }

        return isAlive;
    }

    private void ForgetFalseAlarms(NodeHealth health)
    {
        var quiet = health.FalseAlarms == 0 ? 0 : (int)(_time.GetElapsedTime(health.FalseAlarmAt) / FalseAlarmTime);
        if (quiet > 0)
        {
            health.FalseAlarms = Math.Max(0, health.FalseAlarms - quiet);
            health.FalseAlarmAt = _time.GetTimestamp();
        }
    }

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

    private NodeHealth Recall(Node node, (string Id, string Address) key)
    {
        if (_departed.Take(key) is not { } health)
        {
            return new NodeHealth(node);
        }

        if (health.State != NodeHealthState.InUse)
        {
            _out.Add(health);
        }

        return health;
    }

    private void OnAnswer(NodeHealth health, long now)
    {
        Acquit(health);
        if (health.State == NodeHealthState.InUse)
        {
            return;
        }

        health.ProvenAt ??= now;
        if (health.State == NodeHealthState.Probing && health.Doublings > 0 && _time.GetElapsedTime(health.ProvenAt.Value, now) < Probation)
        {
            health.DueAt = now + Ticks(ProbationStep);
            return;
        }

        Return(health);
        NoteChange();
    }

    /// <summary>A suspected node gave an answer.</summary>
    private void Acquit(NodeHealth health)
    {
        if (health.State == NodeHealthState.Suspected)
        {
            health.State = NodeHealthState.InUse;
            _out.Remove(health);
            NoteChange();
        }
    }

    private void Fail(NodeHealth health, int failures, int most, ErrorKind kind, long now)
    {
        var isEnough = health.State == NodeHealthState.Probing || failures >= most;
        if (!isEnough || health.State == NodeHealthState.Ejected || (health.State == NodeHealthState.InUse && !HasRoom(health)))
        {
            return;
        }

        var pause = Eject(health, now);
        SelectorLog.Ejected(_logger, health.Node.Id, health.Node.Address, _service, pause, failures, kind);
    }

    /// <summary>Returns whether one more node may be ejected. Suspected nodes and nodes on probation make room for it.</summary>
    private bool HasRoom(NodeHealth health)
    {
        if (!health.IsListed || CountOut(listedOnly: true) < Limit)
        {
            return true;
        }

        if (_out.FirstOrDefault(static other => other is { IsListed: true, State: NodeHealthState.Suspected } or { IsListed: true, State: NodeHealthState.Probing, ProvenAt: not null }) is not { } better)
        {
            return false;
        }

        Return(better);
        return true;
    }

    private TimeSpan Eject(NodeHealth health, long now)
    {
        var pause = NextPause(health, now);
        health.State = NodeHealthState.Ejected;
        (health.Failures, health.Refusals, health.ProvenAt) = (0, 0, null);
        health.DueAt = now + Ticks(pause);
        health.ChangedAt = now;
        if (IsKnown(health))
        {
            _out.Add(health);
        }

        health.AwaitsCheck = _checks.IsOn;
        if (health.AwaitsCheck)
        {
            _ = BackgroundTask.Run(() => AwaitSignOfLifeAsync(health, now, pause));
        }

        NoteChange();
        return pause;
    }

    private async Task AwaitSignOfLifeAsync(NodeHealth health, long ejectedAt, TimeSpan pause)
    {
        await _questions.UntilAliveAsync(health.Node, pause, IsStillOut).ConfigureAwait(false);
        lock (_gate)
        {
            if (health.ChangedAt == ejectedAt)
            {
                health.AwaitsCheck = false;
            }
        }

        bool IsStillOut()
        {
            lock (_gate)
            {
                return health.ChangedAt == ejectedAt && health.State == NodeHealthState.Ejected && IsKnown(health);
            }
        }
    }

    private TimeSpan NextPause(NodeHealth health, long now)
    {
        var mostDoublings = (int)Math.Ceiling(Math.Log2(_options.LongestPause / _options.FirstPause));
        var quiet = health is { Doublings: >= 0, ProvenAt: { } provenAt } ? (int)(_time.GetElapsedTime(provenAt, now) / _options.LongestPause) : 0;
        health.Doublings = Math.Clamp(health.Doublings + 1 - quiet, 0, mostDoublings);
        var pause = _options.FirstPause * Math.Pow(2, health.Doublings);
        return (pause < _options.LongestPause ? pause : _options.LongestPause) * (0.8 + (0.4 * _random.NextDouble()));
    }

    private void Return(NodeHealth health)
    {
        var wasSuspected = health.State == NodeHealthState.Suspected;
        health.State = NodeHealthState.InUse;
        _out.Remove(health);
        (health.Failures, health.Refusals) = (0, 0);
        health.ChangedAt = _time.GetTimestamp();
        health.ProvenAt ??= health.ChangedAt;
        if (!wasSuspected)
        {
            SelectorLog.Returned(_logger, health.Node.Id, health.Node.Address, _service);
        }
    }

    private void NoteChange()
    {
        Volatile.Write(ref _ejected, CountOut(listedOnly: false));
        Interlocked.Increment(ref _generation);
    }

    private int CountOut(bool listedOnly) => listedOnly ? _out.Count(static health => health.IsListed) : _out.Count;

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
