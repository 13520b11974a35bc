using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Micro.Registry;

namespace Micro.Selection;

/// <summary>
/// Everything known of a service at one moment. Immutable but for what it remembers of its own filtering, so a pick
/// needs no lock.
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
    }

    public int NodeCount => _unfiltered.Nodes.Length;

    public int SuspectCount => _suspects.Length;

    /// <summary>Picks a node.</summary>
    /// <returns>Whether there is one; if not, the service has no usable node at all.</returns>
    /// <exception cref="NoneAvailableException">The filters leave none.</exception>
    public bool TryPick(SelectOptions options, AttemptedNodes? attempted, out NodePick pick)
    {
        var set = Resolve(options);
        if (set.Nodes.Length > 0 && attempted is null or { Count: 0 })
        {
            pick = new NodePick(set.Nodes[NodeChoice.Pick(set.Picker, set.Nodes)], set.Picker);
            return true;
        }

        return TryPickAgain(set, attempted, out pick);
    }

    public Endpoint? FindEndpoint(string name)
    {
        var endpoints = Volatile.Read(ref _endpoints);
        if (endpoints is null)
        {
            Volatile.Write(ref _endpoints, endpoints = new EndpointTable(_records));
        }

        return endpoints.Find(name);
    }

    /// <summary>A further attempt, or no listed node: untried listed ones, then untried suspects, then any listed one.</summary>
    private bool TryPickAgain(CandidateSet set, AttemptedNodes? attempted, out NodePick pick)
    {
        var index = attempted is null || set.Nodes.Length == 0 ? -1 : NodeChoice.PickUntried(set.Picker, set.Nodes, attempted);
        if (index < 0 && TryPickSuspect(set, attempted, out pick))
        {
            return true;
        }

        if (set.Nodes.Length > 0)
        {
            index = index >= 0 ? index : NodeChoice.Pick(set.Picker, set.Nodes);
            pick = new NodePick(set.Nodes[index], set.Picker);
            return true;
        }

        pick = default;
        return _unfiltered.Nodes.Length == 0 ? false : throw new NoneAvailableException(_context.Service);
    }

    private bool TryPickSuspect(CandidateSet set, AttemptedNodes? attempted, out NodePick pick)
    {
        pick = default;
        if (set.SuspectPicker is null)
        {
            return false;
        }

        var now = _context.Time.GetTimestamp();
        Node[] nodes = [.. set.Suspects.Where(suspect => suspect.Until > now).Select(suspect => suspect.Node)];
        if (nodes.Length == 0)
        {
            return false;
        }

        var index = attempted is null ? -1 : NodeChoice.PickUntried(set.SuspectPicker, nodes, attempted);
        if (index < 0 && set.Nodes.Length > 0)
        {
            return false;
        }

        index = index >= 0 ? index : NodeChoice.Pick(set.SuspectPicker, nodes);
        pick = new NodePick(nodes[index], set.SuspectPicker);
        return true;
    }

    private CandidateSet Resolve(SelectOptions options)
    {
        if (options.Filters.Count == 0 && options.Strategy is null)
        {
            return _unfiltered;
        }

        // Callers keep their options, so the last one asked for is mostly the same object: no hashing of filters then.
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
        return new CandidateSet
        {
            Options = options,
            Nodes = [.. listed.SelectMany(record => record.Nodes)],
            Suspects = suspects,
            Picker = picker,
            SuspectPicker = suspects.Length > 0 ? new SuspectPicker(picker, _context.DropSuspect) : null,
        };
    }
}
