namespace Micro.Registry.Kit;

/// <summary>A node registered by this process, with its loss signals and its expiry timer. Safe for concurrent use.</summary>
internal sealed class HeldNode : IDisposable
{
    private readonly ITimer _expiry;
    private int _losses;

    /// <param name="time">The clock.</param>
    /// <param name="expired">Called when the node was not renewed within its lifetime.</param>
    public HeldNode(TimeProvider time, Action<HeldNode> expired)
    {
        // The timer must not keep the ambient values of the caller alive.
        using (ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow())
        {
            _expiry = time.CreateTimer(_ => expired(this), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public LossSignals Signals { get; } = new();

    /// <summary>Gets the lifetime; zero for no end.</summary>
    public TimeSpan Lifetime { get; private set; }

    /// <summary>Gets the number of losses that were reported.</summary>
    public int Losses => Volatile.Read(ref _losses);

    /// <summary>Starts the lifetime anew: the node was stored or renewed just now.</summary>
    public void Renew(TimeSpan lifetime)
    {
        Lifetime = lifetime;
        _expiry.Change(lifetime > TimeSpan.Zero ? lifetime : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void CountLoss() => Interlocked.Increment(ref _losses);

    /// <summary>Stops the expiry: a withdrawn node cannot be lost.</summary>
    public void Dispose() => _expiry.Dispose();
}
