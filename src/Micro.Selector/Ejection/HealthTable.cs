using Micro.Basics;
using Micro.Selection.Services;
using Micro.Selection.Snapshots;

namespace Micro.Selection.Ejection;

/// <summary>
/// The health of the nodes of one service: receives reports of attempts, ejects nodes and brings them back. Safe for
/// concurrent use: picks and successes take no lock, all else takes the one lock of the table.
/// </summary>
internal sealed class HealthTable
{
    private readonly Lock _gate = new();
    private readonly EjectionOptions _options;
    private readonly TimeProvider _time;
    private readonly ExcludedNodes _excluded;
    private readonly KnownNodes _known;
    private readonly Newcomers _newcomers;
    private readonly NodeReturn _returns;
    private readonly NodeEjection _ejection;
    private readonly SilentNodes _silent;

    /// <param name="service">Name of the service.</param>
    /// <param name="context">State shared by all services.</param>
    /// <param name="stop">Fires when the service is forgotten.</param>
    public HealthTable(string service, SelectorContext context, CancellationToken stop)
    {
        _options = context.Options.Ejection;
        _time = context.Time;
        var keepFor = context.Options.KeepLastNodesFor > _options.LongestPause ? context.Options.KeepLastNodesFor : _options.LongestPause;
        var checks = new LivenessChecks(context, stop);
        _excluded = new ExcludedNodes(_options.MaxShare);
        _known = new KnownNodes(_excluded, new DepartedNodes(_time, keepFor), context.IsOpen);
        _newcomers = new Newcomers(context, _gate, _known, _excluded, checks);
        _returns = new NodeReturn(service, context, _gate, _known, _excluded, checks, _newcomers);
        _ejection = new NodeEjection(service, context, _known, _excluded, _returns);
        _silent = new SilentNodes(service, context, _gate, _known, _excluded, checks, _ejection);
    }

    /// <summary>Gets the number of excluded nodes.</summary>
    public int EjectedCount => _excluded.Count;

    /// <inheritdoc cref="ExcludedNodes.FailingCount"/>
    public int FailingCount => _excluded.FailingCount;

    /// <summary>Gets a number that changes with every node that is excluded or returns.</summary>
    public long Generation => _excluded.Generation;

    public NodeHealth Get(Node node)
    {
        lock (_gate)
        {
            return _known.Get(node);
        }
    }

    /// <inheritdoc cref="KnownNodes.IsWorking"/>
    public bool IsWorking(Node node)
    {
        lock (_gate)
        {
            return _known.IsWorking(node);
        }
    }

    /// <inheritdoc cref="KnownNodes.Retain"/>
    public void Retain(IEnumerable<Node> listed, IEnumerable<Node> suspects)
    {
        lock (_gate)
        {
            _known.Retain(listed, suspects);
            _newcomers.CheckArrivals();
            _returns.KeepWithinLimit();
            _excluded.Publish();
        }
    }

    /// <inheritdoc cref="KnownNodes.Change"/>
    public void Change(IReadOnlyList<NodeEdit> edits)
    {
        lock (_gate)
        {
            _known.Change(edits);
            _newcomers.CheckArrivals();
            _returns.KeepWithinLimit();
            if (_excluded.HasChangedCount)
            {
                // Otherwise the results cached by picks are still valid.
                _excluded.Publish();
            }
        }
    }

    /// <inheritdoc cref="NodeReturn.TryClaimProbe"/>
    public bool TryClaimProbe(NodeHealth health, long now)
    {
        // Most picks end here, without the lock.
        if (health.DueAt > now)
        {
            return false;
        }

        lock (_gate)
        {
            return _returns.TryClaimProbe(health, now);
        }
    }

    /// <summary>Records the outcome of an attempt.</summary>
    public void Report(NodeHealth health, in AttemptOutcome outcome)
    {
        // Nearly every report ends here: a few reads, no lock.
        var evidence = HealthEvidence.Of(in outcome);
        if (evidence <= Evidence.Answered && health.IsClean)
        {
            return;
        }

        var now = _time.GetTimestamp();
        var began = now - _time.Units(outcome.Duration);
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
                    _silent.OnAnswer(health);
                    _returns.OnAnswer(health, now);
                    break;
                case Evidence.Unavailable:
                    health.Failures = 0;
                    _silent.OnAnswer(health);
                    _ejection.OnFailure(health, ++health.Refusals, _options.ConsecutiveUnavailable, outcome.Failure, now);
                    break;
                case Evidence.Refused or Evidence.Failed:
                    if (health.IsNewcomer)
                    {
                        _newcomers.OnFailure(health, now);
                    }

                    _ejection.OnFailure(health, ++health.Failures, evidence == Evidence.Refused ? 1 : _options.ConsecutiveFailures, outcome.Failure, now);
                    break;
                default:
                    NodeReturn.AbandonProbe(health, now);
                    break;
            }
        }
    }

    /// <inheritdoc cref="SilentNodes.PatienceFor"/>
    public TimeSpan PatienceFor(NodeHealth health)
    {
        lock (_gate)
        {
            return _silent.PatienceFor(health);
        }
    }

    /// <inheritdoc cref="SilentNodes.CheckAsync"/>
    public Task<bool> CheckAsync(NodeHealth health)
    {
        lock (_gate)
        {
            return _silent.CheckAsync(health);
        }
    }
}
