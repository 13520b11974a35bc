namespace Micro.Registry.Consul.Watching;

/// <summary>
/// How many queries may wait at the agent at once. An agent takes 200 connections per client address, shared by all
/// processes of a machine; watches beyond the limit poll.
/// </summary>
internal sealed class BlockingSlots
{
    public const int Capacity = 64;
    private int _used;

    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _used) <= Capacity)
        {
            return true;
        }

        Interlocked.Decrement(ref _used);
        return false;
    }

    public void Exit() => Interlocked.Decrement(ref _used);
}
