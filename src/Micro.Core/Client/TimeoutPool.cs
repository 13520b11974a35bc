using System.Runtime.InteropServices;
using Micro.Transport;
using Microsoft.Extensions.ObjectPool;

namespace Micro.Client;

/// <summary>Timeouts of attempts: a timer that did not fire serves the next attempt.</summary>
internal sealed class TimeoutPool(TimeProvider timeProvider)
{
    private readonly ObjectPool<CancellationTokenSource> _sources = Pools.Create(new Policy(timeProvider));

    /// <summary>Starts a timeout; dispose it when the attempt is over.</summary>
    public Timeout Rent(TimeSpan limit)
    {
        var source = _sources.Get();
        source.CancelAfter(limit);
        return new Timeout(_sources, source);
    }

    /// <summary>A timeout that runs.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly struct Timeout(ObjectPool<CancellationTokenSource> owner, CancellationTokenSource source) : IDisposable
    {
        public CancellationTokenSource Source { get; } = source;

        public CancellationToken Token => Source.Token;

        public bool IsCancellationRequested => Source.IsCancellationRequested;

        public void Dispose() => owner.Return(Source);
    }

    private sealed class Policy(TimeProvider timeProvider) : IPooledObjectPolicy<CancellationTokenSource>
    {
        public CancellationTokenSource Create() => new(System.Threading.Timeout.InfiniteTimeSpan, timeProvider);

        public bool Return(CancellationTokenSource obj)
        {
            var isFresh = obj.TryReset();
            if (!isFresh)
            {
                obj.Dispose();
            }

            return isFresh;
        }
    }
}
