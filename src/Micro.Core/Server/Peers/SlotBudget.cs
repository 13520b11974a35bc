namespace Micro.Server.Peers;

/// <summary>Places for what runs at a time: so many in all, and so many for one peer. Safe for concurrent use.</summary>
internal sealed class SlotBudget
{
    private readonly Counter _counter;
    private int _used;

    /// <param name="what">Name of the things that take places, in the plural.</param>
    /// <param name="total">Places in all.</param>
    /// <param name="perPeer">Places of one peer.</param>
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

    /// <summary>Gets the number of places taken.</summary>
    public int Used => Volatile.Read(ref _used);

    private string What { get; }

    private int Total { get; }

    private int PerPeer { get; }

    /// <summary>Takes a place; <see langword="false"/> when none is left, in all or for the peer.</summary>
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

    /// <summary>Gives a place back.</summary>
    public void Return(Peer peer)
    {
        Interlocked.Decrement(ref _used);
        Interlocked.Decrement(ref _counter(peer));
    }

    /// <summary>Creates the error of one that found no place: it was not executed.</summary>
    public MicroException Refusal(string serviceName) =>
        MicroException.Unavailable(serviceName, PerPeer < Total ? $"more than {Total} {What} at a time, or more than {PerPeer} from one address" : $"more than {Total} {What} at a time");
}
