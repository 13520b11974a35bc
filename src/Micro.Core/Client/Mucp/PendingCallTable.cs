using System.Diagnostics.CodeAnalysis;

namespace Micro.Client.Mucp;

/// <summary>The calls of a connection by id. An id names a slot and is never used twice, so a late reply finds nothing.</summary>
internal sealed class PendingCallTable
{
    /// <summary>As many as our servers run per connection; more would only wait there.</summary>
    public const int Capacity = 256;

    private readonly Lock _gate = new();
    private readonly MucpPendingCall?[] _slots = new MucpPendingCall?[Capacity];
    private readonly Stack<int> _free = [];
    private long _lastSequence;
    private int _used;
    private bool _isClosed;

    /// <summary>Gets the number of pending calls.</summary>
    public int Count { get; private set; }

    /// <summary>Grows with each call that was added.</summary>
    public long Sequence => Volatile.Read(ref _lastSequence);

    /// <summary>Assigns an id to a call; <see langword="false"/> when the table is full or closed.</summary>
    public bool TryAdd(MucpPendingCall call)
    {
        lock (_gate)
        {
            if (_isClosed || Count == Capacity)
            {
                return false;
            }

            var slot = _free.TryPop(out var free) ? free : _used++;
            call.Id = (++_lastSequence * Capacity) + slot;
            _slots[slot] = call;
            Count++;
            return true;
        }
    }

    /// <summary>Removes a call. The caller of this method completes it.</summary>
    public bool TryRemove(long id, [NotNullWhen(true)] out MucpPendingCall? call)
    {
        var slot = (int)(id & (Capacity - 1));
        lock (_gate)
        {
            call = _slots[slot];
            if (call is null || call.Id != id)
            {
                call = null;
                return false;
            }

            _slots[slot] = null;
            _free.Push(slot);
            Count--;
            return true;
        }
    }

    /// <summary>From now on nothing is added.</summary>
    /// <returns>Whether no call waits any more.</returns>
    public bool Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            return Count == 0;
        }
    }

    /// <summary>Removes all calls and closes the table.</summary>
    public List<MucpPendingCall> RemoveAll()
    {
        lock (_gate)
        {
            _isClosed = true;
            var calls = new List<MucpPendingCall>(Count);
            for (var slot = 0; slot < _used; slot++)
            {
                if (_slots[slot] is { } call)
                {
                    calls.Add(call);
                    _slots[slot] = null;
                }
            }

            Count = 0;
            return calls;
        }
    }
}
