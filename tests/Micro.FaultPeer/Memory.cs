using System.Globalization;

namespace Micro.FaultPeer;

/// <summary>Measures the memory, open files and threads of this process.</summary>
internal static class Memory
{
    /// <summary>Heap after a collection and resident memory, in bytes, then open handles of the system and threads.</summary>
    /// <param name="arguments"><c>free</c> gives free memory back to the system first, which stops the process for a while.</param>
    public static string Describe(string[] arguments)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        if (arguments is ["free"])
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        else
        {
            GC.Collect();
        }

        using var self = System.Diagnostics.Process.GetCurrentProcess();
        var handles = Directory.Exists("/proc/self/fd") ? Directory.GetFiles("/proc/self/fd").Length : 0;
        return string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(forceFullCollection: true)} {self.WorkingSet64} {handles} {self.Threads.Count}");
    }
}
