using System.Runtime.CompilerServices;

namespace Micro.Registry.Mdns.Browsing;

/// <summary>
/// One running watch: a bounded queue of events. When the reader is too slow the queue is dropped and the reader gets
/// the difference between what it was told and what is known, so that it never blocks the receive loops.
/// </summary>
internal sealed class MdnsWatch(string? service, Func<MdnsWatch, IReadOnlyList<ServiceRecord>> takeSnapshot)
{
    public const int Capacity = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<RegistryEvent> _events = new();
    private readonly Dictionary<(string Service, string Id), ServiceRecord> _told = [];
    private TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _overflowed;
    private bool _synchronized;
    private bool _toldSynchronized;

    /// <summary>Name of the watched service; null for all.</summary>
    public string? Service { get; } = string.IsNullOrEmpty(service) ? null : service;

    public bool Covers(string name) => Service is null || Service == name;

    /// <summary>Adds an event. Called under the browser's lock, which keeps events and snapshots in order.</summary>
    public void Post(RegistryEvent change)
    {
        lock (_gate)
        {
            _synchronized |= change.Kind == RegistryEventKind.Synchronized;
            if (!_overflowed)
            {
                _events.Enqueue(change);
                if (_events.Count > Capacity)
                {
                    _overflowed = true;
                    _events.Clear();
                }
            }

            _signal.TrySetResult();
        }
    }

    /// <summary>Ends the overflow. Called under the browser's lock together with taking the snapshot.</summary>
    public void ResetOverflow()
    {
        lock (_gate)
        {
            _overflowed = false;
            _events.Clear();
        }
    }

    public async IAsyncEnumerable<RegistryEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (next, mustResync, wait) = Take();
            if (mustResync)
            {
                foreach (var change in Difference(takeSnapshot(this)))
                {
                    Remember(change);
                    yield return change;
                }
            }
            else if (next is not null)
            {
                Remember(next);
                yield return next;
            }
            else
            {
                await wait.WaitAsync(cancellationToken);
            }
        }
    }

    private (RegistryEvent? Next, bool MustResync, Task Wait) Take()
    {
        lock (_gate)
        {
            if (_overflowed)
            {
                return (null, true, Task.CompletedTask);
            }

            if (_events.TryDequeue(out var next))
            {
                return (next, false, Task.CompletedTask);
            }

            if (_signal.Task.IsCompleted)
            {
                _signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return (null, false, _signal.Task);
        }
    }

    private List<RegistryEvent> Difference(IReadOnlyList<ServiceRecord> known)
    {
        var changes = new List<RegistryEvent>();
        var current = known.ToDictionary(record => (record.Name, record.Nodes[0].Id));
        foreach (var (key, told) in _told)
        {
            if (!current.TryGetValue(key, out var record) || record.Version != told.Version)
            {
                changes.Add(RegistryEvent.Delete(told));
            }
        }

        foreach (var (key, record) in current)
        {
            var wasTold = _told.TryGetValue(key, out var told) && told.Version == record.Version;
            if (!wasTold)
            {
                changes.Add(RegistryEvent.Create(record));
            }
            else if (told != record)
            {
                changes.Add(RegistryEvent.Update(record));
            }
        }

        if (_synchronized && !_toldSynchronized)
        {
            changes.Add(RegistryEvent.Synchronized);
        }

        return changes;
    }

    private void Remember(RegistryEvent change)
    {
        if (change.Service is not { } record)
        {
            _toldSynchronized = true;
            return;
        }

        var key = (record.Name, record.Nodes[0].Id);
        if (change.Kind == RegistryEventKind.Delete)
        {
            _told.Remove(key);
        }
        else
        {
            _told[key] = record;
        }
    }
}
