namespace Micro.FaultPeer;

/// <summary>Metadata that each call carries, so that servers can tell what they executed.</summary>
internal static class CallKeys
{
    /// <summary>Id of the call, the same in all its attempts.</summary>
    public const string Id = "Fault-Id";

    /// <summary>When the caller stops waiting for this attempt: ticks of the machine's monotonic clock.</summary>
    public const string Ends = "Fault-Ends";
}
