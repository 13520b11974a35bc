namespace Micro.Bench.Rpc.Measuring;

/// <summary>Where a window is.</summary>
internal enum LoopPhase
{
    /// <summary>Calls are made and not counted: connections open, code warms up.</summary>
    Settling,

    /// <summary>Calls are counted.</summary>
    Counting,

    /// <summary>No further call begins.</summary>
    Ending,
}
