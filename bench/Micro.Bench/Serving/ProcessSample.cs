namespace Micro.Bench.Serving;

/// <summary>The resource usage of a process so far.</summary>
/// <param name="CpuSeconds">Processor time, user and system.</param>
/// <param name="AllocatedBytes">Bytes allocated on the managed heap.</param>
/// <param name="ResidentBytes">Memory that is resident now.</param>
/// <param name="ManagedBytes">Managed memory in use now.</param>
internal sealed record ProcessSample(double CpuSeconds, long AllocatedBytes, long ResidentBytes, long ManagedBytes)
{
    public static ProcessSample Take() => new(
        Environment.CpuUsage.TotalTime.TotalSeconds,
        GC.GetTotalAllocatedBytes(precise: true),
        Environment.WorkingSet,
        GC.GetTotalMemory(forceFullCollection: false));
}
