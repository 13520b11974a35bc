namespace Micro.Registry.Kit;

/// <summary>A node registered by this process, with its loss signals and its expiry timer. Safe for concurrent use.</summary>
internal sealed class HeldNode : IDisposable
{
    private readonly ITimer _expiry;

    public HeldNode(TimeProvider time) =>
        _expiry = time.CreateTimer(static held => ((HeldNode)held!).Signals.Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public LossSignals Signals { get; } = new();

    /// <summary>The node was stored or renewed just now.</summary>
    /// <param name="ttl">Its lifetime; zero for no end.</param>
    public void Renew(TimeSpan ttl) => _expiry.Change(ttl > TimeSpan.Zero ? ttl : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Stops the expiry: what is withdrawn is not lost.</summary>
    public void Dispose() => _expiry.Dispose();
}
