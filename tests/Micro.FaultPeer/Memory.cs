using System.Globalization;

namespace Micro.FaultPeer;

/// <summary>Measures the memory, open files and threads of this process.</summary>
internal static class Memory
{
    /// <summary>Heap and resident memory in bytes, after a collection that gives back what is free, then open handles of the system and threads.</summary>
    public static string Describe()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        var handles = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(forceFullCollection: true)} {self.WorkingSet64} {handles} {self.Threads.Count}");
    }
}
