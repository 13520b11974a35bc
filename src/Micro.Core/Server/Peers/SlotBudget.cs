namespace Micro.Server.Peers;

/// <summary>Limits concurrent operations: in total, and per peer. Safe for concurrent use.</summary>
internal sealed class SlotBudget
{
    private readonly Counter _counter;
    private int _used;

    /// <param name="what">Name of the operations, in the plural.</param>
    /// <param name="total">Slots in total.</param>
    /// <param name="perPeer">Slots per peer.</param>
    /// <param name="counter">Finds the count of a peer.</param>
    public SlotBudget(string what, int total, int perPeer, Counter counter)
    {
        What = what;
        Total = total;
        PerPeer = Math.Min(perPeer, total);
        _counter = counter;
    }

    /// <summary>Finds the count of a peer.</summary>
    public delegate ref int Counter(Peer peer);

    /// <summary>Gets the number of used slots.</summary>
    public int Used => Volatile.Read(ref _used);

    private string What { get; }

    private int Total { get; }

    private int PerPeer { get; }

    /// <summary>Reserves a slot; <see langword="false"/> when none is free, in total or for the peer.</summary>
    public bool TryTake(Peer peer)
    {
        ref var count = ref _counter(peer);
        if (Interlocked.Increment(ref count) <= PerPeer)
        {
            if (Interlocked.Increment(ref _used) <= Total)
            {
                return true;
            }

            Interlocked.Decrement(ref _used);
        }

        Interlocked.Decrement(ref count);
        return false;
    }

    /// <summary>Releases a slot.</summary>
    public void Return(Peer peer)
    {
        Interlocked.Decrement(ref _used);
        Interlocked.Decrement(ref _counter(peer));
    }

    /// <summary>Creates the error of a refused operation, which was not executed.</summary>
    public MicroException Refusal(string serviceName) =>
        MicroException.Unavailable(serviceName, PerPeer < Total ? $"more than {Total} {What} at a time, or more than {PerPeer} from one address" : $"more than {Total} {What} at a time");
}
