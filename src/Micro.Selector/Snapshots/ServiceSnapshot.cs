using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Micro.Registry;
using Micro.Selection.Ejection;

namespace Micro.Selection.Snapshots;

/// <summary>
/// The nodes of a service at one moment. Immutable except for its cached filter results, so a pick needs no lock.
/// </summary>
internal sealed class ServiceSnapshot
{
    private readonly ConcurrentDictionary<SelectOptions, CandidateSet> _sets = new();
    private readonly SnapshotContext _context;
    private readonly IReadOnlyList<ServiceRecord> _records;
    private readonly Suspect[] _suspects;
    private readonly CandidateSet _unfiltered;
    private EndpointTable? _endpoints;
    private CandidateSet? _last;
    private int _setCount;

    public ServiceSnapshot(SnapshotContext context, IReadOnlyList<ServiceRecord> records, Suspect[] suspects)
    {
        _context = context;
        _records = records;
        _suspects = suspects;
        _unfiltered = Build(SelectOptions.Default);
        _unfiltered.Prepare();
    }

    private ServiceSnapshot(SnapshotContext context, IReadOnlyList<ServiceRecord> records, CandidateSet unfiltered)
    {
        _context = context;
        _records = records;
        _suspects = [];
        _unfiltered = unfiltered;
        _unfiltered.Prepare();
    }

    public int NodeCount => _unfiltered.Listed.Count;

    public int SuspectCount => _suspects.Length;

    /// <summary>The candidates of a pick without filters.</summary>
    internal CandidateSet Unfiltered => _unfiltered;

    /// <summary>
    /// Returns the snapshot after some changes, for a service without suspects. Costs two array copies, however many nodes
    /// there are. The changes have been applied to the nodes' health already.
    /// </summary>
    public ServiceSnapshot With(IReadOnlyList<ServiceRecord> records, NodeChanges changes)
    {
        var listed = _unfiltered.Listed;
        var set = new CandidateSet(_context.Health)
        {
            Options = _unfiltered.Options,
            Listed = changes.Edits.Count == 0 ? listed : listed.With(NodesOf(records), changes.Edits, node => Report(node, _unfiltered.Picker, suspects: null)),
            Suspects = _unfiltered.Suspects,
            SuspectsUntil = _unfiltered.SuspectsUntil,
            Picker = _unfiltered.Picker,
        };
        return new ServiceSnapshot(_context, records, set);
    }

    /// <summary>Picks a node.</summary>
    /// <returns><see langword="true"/> for a node; <see langword="false"/> when the service has no usable node at all.</returns>
    /// <exception cref="NoneAvailableException">The filters leave no node.</exception>
    public bool TryPick(SelectOptions options, AttemptedNodes? attempted, out NodePick pick)
    {
        var set = Resolve(options);
        if (attempted is null or { Count: 0 })
        {
            if (set.TryPickProbe(_context.Time, out pick))
            {
                return true;
            }

            var usable = set.Usable;
            if (usable.Count > 0)
            {
                pick = usable[NodeChoice.Pick(set.Picker, usable.Nodes)];
                return true;
            }
        }

        return TryPickAgain(set, attempted, out pick);
    }

    /// <summary>Gets the endpoints of all versions, collected on first use.</summary>
    public EndpointTable Endpoints
    {
        get
        {
            var endpoints = Volatile.Read(ref _endpoints);
            if (endpoints is null)
            {
                Volatile.Write(ref _endpoints, endpoints = new EndpointTable(_records));
            }

            return endpoints;
        }
    }

    public Endpoint? FindEndpoint(string name) => Endpoints.Find(name);

    /// <summary>
    /// Picks for a further attempt, or without a usable node: untried usable nodes, then untried suspects, then untried
    /// excluded nodes, then any usable one. Nodes that have never answered come last, if anybody can announce nodes.
    /// </summary>
    private bool TryPickAgain(CandidateSet set, AttemptedNodes? attempted, out NodePick pick)
    {
        if (TryPickUntried(set.Picker, set.Usable, attempted, out pick)
            || TryPickSuspect(set, attempted, out pick)
            || TryPickUntried(set.Picker, set.Known, attempted, out pick)
            || TryPickUntried(set.Picker, set.Usable, attempted: null, out pick))
        {
            return true;
        }

        foreach (var newcomers in set.Newcomers)
        {
            if (TryPickUntried(set.Picker, newcomers, attempted, out pick))
            {
                return true;
            }
        }

        if (TryPickUntried(set.Picker, set.Known, attempted: null, out pick) || TryPickUntried(set.Picker, set.Listed, attempted: null, out pick))
        {
            return true;
        }

        return _unfiltered.Listed.Count == 0 ? false : throw new NoneAvailableException(_context.Service);
    }

    private static bool TryPickUntried(INodePicker picker, Candidates candidates, AttemptedNodes? attempted, out NodePick pick)
    {
        var index = candidates.Count == 0 ? -1
            : attempted is null ? NodeChoice.Pick(picker, candidates.Nodes)
            : NodeChoice.PickUntried(picker, candidates.Nodes, attempted);
        pick = index < 0 ? default : candidates[index];
        return index >= 0;
    }

    private bool TryPickSuspect(CandidateSet set, AttemptedNodes? attempted, out NodePick pick)
    {
        pick = default;
        if (set.Suspects.Count == 0)
        {
            return false;
        }

        var now = _context.Time.GetTimestamp();
        var present = set.Suspects.Where(index => set.SuspectsUntil[index] > now);
        if (TryPickUntried(set.Picker, present.Where(index => present.Reporters[index].IsInUse), attempted, out pick))
        {
            return true;
        }

        // Without a listed node, suspects are all there is.
        return set.Listed.Count == 0
            && (TryPickUntried(set.Picker, present, attempted, out pick) || TryPickUntried(set.Picker, present, null, out pick));
    }

    private CandidateSet Resolve(SelectOptions options)
    {
        if (options.Filters.Count == 0 && options.Strategy is null)
        {
            return _unfiltered;
        }

        // Callers keep their options, so the last options are mostly the same object, which saves hashing the filters.
        var last = Volatile.Read(ref _last);
        return last is not null && ReferenceEquals(last.Options, options) ? last : Find(options);
    }

    private CandidateSet Find(SelectOptions options)
    {
        if (!_sets.TryGetValue(options, out var set))
        {
            set = Build(options);
            if (Volatile.Read(ref _setCount) < _context.MaxFilterSets && _sets.TryAdd(options, set))
            {
                Interlocked.Increment(ref _setCount);
            }
        }

        Volatile.Write(ref _last, set);
        return set;
    }

    [SuppressMessage("Performance", "CA1859", Justification = "Filters are written against the interface.")]
    private CandidateSet Build(SelectOptions options)
    {
        IReadOnlyList<ServiceRecord> listed = _records;
        IReadOnlyList<ServiceRecord> vanished = [.. _suspects.Select(suspect => suspect.Record)];
        foreach (var filter in options.Filters)
        {
            listed = filter.Apply(listed);
            vanished = filter.Apply(vanished);
        }

        var kept = vanished.SelectMany(record => record.Nodes).ToHashSet(ReferenceEqualityComparer.Instance);
        Suspect[] suspects = kept.Count == 0 ? [] : [.. _suspects.Where(suspect => kept.Contains(suspect.Node))];
        var picker = _context.Pickers.Get(options);
        return new CandidateSet(_context.Health)
        {
            Options = options,
            Listed = Candidates([.. listed.SelectMany(record => record.Nodes)], picker, suspects: null),
            Suspects = Candidates([.. suspects.Select(suspect => suspect.Node)], picker, _context.Suspects),
            SuspectsUntil = [.. suspects.Select(suspect => suspect.Until)],
            Picker = picker,
        };
    }

    /// <summary>All nodes by version and id; those of a single version are shared with its record.</summary>
    private static Node[] NodesOf(IReadOnlyList<ServiceRecord> records)
    {
        if (records.Count == 1)
        {
            return records[0].NodeList.Array;
        }

        var nodes = new Node[records.Sum(static record => record.Nodes.Count)];
        var count = 0;
        foreach (var record in records)
        {
            record.NodeList.CopyTo(nodes, count);
            count += record.Nodes.Count;
        }

        return nodes;
    }

    private Candidates Candidates(Node[] nodes, INodePicker picker, ISuspectOwner? suspects) =>
        new(nodes, [.. nodes.Select(node => Report(node, picker, suspects))]);

    private NodeReporter Report(Node node, INodePicker picker, ISuspectOwner? suspects) =>
        new(picker, _context.Health, _context.Health?.Get(node) ?? new NodeHealth(node), suspects);
}
