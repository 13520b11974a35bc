using Micro.Basics;
using Micro.Registry;
using Micro.Registry.Kit;
using Micro.Selection.Snapshots;

namespace Micro.Selection.Services;

/// <summary>
/// The state of one service: its records, its vanished nodes and their age. Every change publishes a new snapshot. Safe
/// for concurrent use; the lock is never held while a registry, a filter or a strategy runs.
/// </summary>
internal sealed class ServiceState : ISuspectOwner
{
    /// <summary>A node that stops answers until its drain delay is over; one that answers later was dropped by mistake.</summary>
    private static readonly TimeSpan StoppingGrace = TimeSpan.FromSeconds(5);

    /// <summary>Maximum number of nodes of an open registry that are kept after they were reported as gone.</summary>
    private const int MaxDisplaced = 1024;

    /// <summary>More changes at once replace the whole list.</summary>
    private const int MaxIncrementalChanges = 64;

    private readonly Lock _gate = new();
    private readonly SelectorContext _context;
    private readonly SnapshotContext _snapshots;
    private readonly RemovalGuard _guard;
    private volatile ServiceSnapshot? _snapshot;
    private RecordSet _records = RecordSet.Empty;
    private List<Suspect> _suspects = [];
    private long _version;
    private long _confirmedAt;
    private long _massRemovalAt;
    private bool _isWarnedOfRemoval;
    private bool _live;

    public ServiceState(string service, SelectorContext context, CancellationToken stop = default)
    {
        Service = service;
        _context = context;
        _guard = new RemovalGuard(context.Time);
        _confirmedAt = context.Time.GetTimestamp();
        _snapshots = SnapshotContext.Create(service, context, this, stop);
    }

    public string Service { get; }

    /// <summary>The current snapshot; <see langword="null"/> before the first answer.</summary>
    public ServiceSnapshot? Snapshot => _snapshot;

    /// <summary>Gets a value indicating whether the service was ever found.</summary>
    public bool WasFound { get; private set; }

    /// <summary>Gets the number of ejected nodes.</summary>
    public int EjectedCount => _snapshots.Health?.FailingCount ?? 0;

    /// <summary>Grows with each change of the watch, so that an answer to an earlier read does not undo it.</summary>
    public long Version => Interlocked.Read(ref _version);

    /// <summary>Gets the time since the registry last confirmed the records; zero while the watch runs.</summary>
    public TimeSpan Age
    {
        get
        {
            lock (_gate)
            {
                return _live ? TimeSpan.Zero : _context.Time.GetElapsedTime(_confirmedAt);
            }
        }
    }

    /// <summary>Applies an answer of the registry, unless the watch has reported a newer change since the read began.</summary>
    public void Accept(RecordSet records, long version)
    {
        lock (_gate)
        {
            _confirmedAt = _context.Time.GetTimestamp();
            if (_version == version)
            {
                Replace(records);
            }
        }
    }

    /// <summary>Applies the initial state of a watch, which reports every change from now on.</summary>
    public void Synchronize(RecordSet records)
    {
        lock (_gate)
        {
            _version++;
            _live = true;
            Replace(records);
        }
    }

    /// <summary>Records the end of the watch; the records were right until now.</summary>
    public void Disconnect()
    {
        lock (_gate)
        {
            if (_live)
            {
                _live = false;
                _confirmedAt = _context.Time.GetTimestamp();
            }
        }
    }

    /// <summary>Applies a change that the watch reported.</summary>
    /// <param name="change">The change.</param>
    /// <param name="confirmed"><see langword="true"/> to apply it even when it removes most nodes.</param>
    /// <returns><see langword="true"/> when it was applied; <see langword="false"/> when it must be confirmed first.</returns>
    public bool TryApply(RegistryEvent change, bool confirmed)
    {
        lock (_gate)
        {
            var after = _records.Apply(change);
            if (ReferenceEquals(after, _records))
            {
                return true;
            }

            var changes = NodeChanges.Between(_records.Records, after.Records);
            if (!confirmed && _guard.IsMassive(Count(_records), changes.Vanished().Count))
            {
                return false;
            }

            _version++;
            Replace(after, changes);
            return true;
        }
    }

    /// <summary>Forgets all nodes.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _records = RecordSet.Empty;
            _suspects = [];
            Publish();
        }
    }

    /// <inheritdoc/>
    public void Drop(Node node)
    {
        lock (_gate)
        {
            if (_suspects.RemoveAll(suspect => ReferenceEquals(suspect.Node, node)) > 0)
            {
                Publish();
            }
        }
    }

    /// <inheritdoc/>
    public void NoteAnswer(Node node)
    {
        TimeSpan age;
        lock (_gate)
        {
            if (_context.IsOpen)
            {
                Prolong(node);
            }

            age = _context.Time.GetElapsedTime(_massRemovalAt);
            if (_isWarnedOfRemoval || age < StoppingGrace || !_suspects.Exists(suspect => ReferenceEquals(suspect.Node, node)))
            {
                return;
            }

            _isWarnedOfRemoval = true;
        }

        SelectorLog.DroppedNodesAnswer(_context.Logger, Service, _context.Registry.Name, age);
    }

    private static int Count(RecordSet records) => records.Records.Sum(record => record.Nodes.Count);

    private void Replace(RecordSet after) => Replace(after, NodeChanges.Between(_records.Records, after.Records));

    private void Replace(RecordSet after, NodeChanges changes)
    {
        WasFound |= after.Records.Count > 0;
        var vanished = SuspectsOf(changes.Vanished());
        if (_guard.IsMassive(Count(_records), vanished.Count))
        {
            _massRemovalAt = _context.Time.GetTimestamp();
            _isWarnedOfRemoval = false;
            _suspects.AddRange(_guard.TakeRecent());
            _suspects.AddRange(vanished);
        }
        else
        {
            _guard.Remember(vanished);
        }

        if (_context.IsOpen)
        {
            KeepDisplaced(changes);
        }

        if (_snapshot is not { SuspectCount: 0 } snapshot || _suspects.Count > 0 || changes.Edits.Count > MaxIncrementalChanges)
        {
            _records = after;
            Publish();
        }
        else if (!changes.IsEmpty)
        {
            _records = after;
            _snapshots.Health?.Change(changes.Edits);
            _snapshot = snapshot.With(after.Records, changes);
        }
    }

    private void Publish()
    {
        var listed = _records.Records.SelectMany(record => record.Nodes).Select(PlaceOf).ToHashSet();
        var now = _context.Time.GetTimestamp();
        _suspects = [.. _suspects
            .Where(suspect => suspect.Until > now && !listed.Contains(PlaceOf(suspect.Node)))
            .DistinctBy(suspect => PlaceOf(suspect.Node))];
        _snapshots.Health?.Retain(_records.Records.SelectMany(record => record.Nodes), _suspects.Select(suspect => suspect.Node));
        _snapshot = new ServiceSnapshot(_snapshots, _records.Records, [.. _suspects]);
    }

    /// <summary>
    /// The key that suspects and listed nodes are compared by. In an open registry an id at another address may be a forgery:
    /// the node stays at the address where it answers.
    /// </summary>
    private (string Id, string Address) PlaceOf(Node node) => (node.Id, _context.IsOpen ? node.Address : "");

    /// <summary>
    /// Keeps the nodes that worked until now as suspects, because anybody can withdraw or move a node of an open registry. They
    /// are used until other nodes have answered, and forgotten at the first refused connection.
    /// </summary>
    private void KeepDisplaced(NodeChanges changes)
    {
        var displaced = SuspectsOf([.. changes.Displaced().Where(entry => _snapshots.Health?.IsWorking(entry.Node) is true)]);
        if (displaced.Count > 0)
        {
            if (_suspects.Count == 0)
            {
                _massRemovalAt = _context.Time.GetTimestamp();
                _isWarnedOfRemoval = false;
            }

            _suspects.InsertRange(0, displaced);
            _suspects = [.. _suspects.Take(MaxDisplaced)];
        }
    }

    /// <summary>Keeps a node that answers for longer, if its id is announced at another address.</summary>
    private void Prolong(Node node)
    {
        var keepFor = _context.Time.Units(_context.Options.KeepLastNodesFor);
        var now = _context.Time.GetTimestamp();
        var index = _suspects.FindIndex(suspect => ReferenceEquals(suspect.Node, node));
        if (index >= 0 && _suspects[index].Until - now < keepFor / 2
            && _records.Records.Any(record => record.Nodes.Any(listed => string.Equals(listed.Id, node.Id, StringComparison.Ordinal))))
        {
            _suspects[index] = _suspects[index] with { Until = now + keepFor };
            Publish();
        }
    }

    private List<Suspect> SuspectsOf(IReadOnlyList<(ServiceRecord Record, Node Node)> vanished)
    {
        if (vanished.Count == 0)
        {
            return [];
        }

        var until = _context.Time.GetTimestamp() + _context.Time.Units(_context.Options.KeepLastNodesFor);
        return [.. vanished.Select(entry => new Suspect(entry.Record with { Nodes = [entry.Node] }, until))];
    }
}
