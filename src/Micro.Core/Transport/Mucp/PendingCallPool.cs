using System.Collections.Concurrent;

namespace Micro.Transport.Mucp;

/// <summary>Pending calls with their buffers, to be used again.</summary>
internal sealed class PendingCallPool
{
    private const int MaxKept = 1024;

    private readonly ConcurrentQueue<MucpPendingCall> _calls = new();
    private int _count;

    public MucpPendingCall Rent()
    {
        if (!_calls.TryDequeue(out var call))
        {
            return new MucpPendingCall();
        }

        Interlocked.Decrement(ref _count);
        return call;
    }

    public void Return(MucpPendingCall call)
    {
        call.Reset();
        if (Interlocked.Increment(ref _count) <= MaxKept)
        {
            _calls.Enqueue(call);
            return;
        }

        Interlocked.Decrement(ref _count);
        call.Dispose();
    }
}
