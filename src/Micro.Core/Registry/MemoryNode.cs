using Micro.Registry.Kit;

namespace Micro.Registry;

/// <summary>One registered node with its lifetime. Guarded by the registry's lock.</summary>
internal sealed class MemoryNode
{
    /// <summary>Gets or sets the record as registered, with this node only.</summary>
    public required ServiceRecord Record { get; set; }

    public TimeSpan Ttl { get; set; }

    /// <summary>Gets or sets the monotonic time of the last registration or renewal.</summary>
    public long LastSeen { get; set; }

    /// <summary>Gets or sets a number that grows with every change: the newest record describes its version.</summary>
    public long Order { get; set; }

    public LossSignals Signals { get; } = new();
}
