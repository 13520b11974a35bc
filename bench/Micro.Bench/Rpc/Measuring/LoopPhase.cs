namespace Micro.Bench.Rpc.Measuring;

/// <summary>The phase of a window.</summary>
internal enum LoopPhase
{
    /// <summary>Calls are not counted: connections open, code warms up.</summary>
    Settling,

    /// <summary>Calls are counted.</summary>
    Counting,

    /// <summary>No further call begins.</summary>
    Ending,
}
