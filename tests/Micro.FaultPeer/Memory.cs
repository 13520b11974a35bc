using System.Globalization;

namespace Micro.FaultPeer;

/// <summary>Measures the memory, open files and threads of this process.</summary>
internal static class Memory
{
    /// <summary>Heap after a collection and resident memory, in bytes, then open handles of the system and threads.</summary>
    public static string Describe()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        var handles = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(forceFullCollection: true)} {self.WorkingSet64} {handles} {self.Threads.Count}");
    }
}
