using System.Collections.Concurrent;

namespace Micro.Transport.Mucp;

/// <summary>Calls with their buffers, shared by all connections of a server, so that idle connections hold none.</summary>
internal sealed class MucpCallPool
{
    private const int MaxKept = 1024;

    private readonly ConcurrentQueue<MucpServerCall> _calls = new();
    private int _count;

    public MucpServerCall Rent()
    {
        if (!_calls.TryDequeue(out var call))
        {
            return new MucpServerCall();
        }

        Interlocked.Decrement(ref _count);
        return call;
    }

    public void Return(MucpServerCall call)
    {
        // Memory of big messages goes back at once.
        call.Request.Clear();
        call.Response.Clear();
        call.Context = null!;
        if (Interlocked.Increment(ref _count) <= MaxKept)
        {
            _calls.Enqueue(call);
            return;
        }

        Interlocked.Decrement(ref _count);
        call.Dispose();
    }
}
