using System.Runtime.InteropServices;

namespace Micro.Bench.Rpc.Measuring;

/// <summary>
/// Sleeps for some 100 microseconds: the runtime's own sleep takes a millisecond at least, and spinning would take one of
/// the processors that are measured.
/// </summary>
internal static partial class ShortSleep
{
    private const uint Microseconds = 50;

    public static void Take()
    {
        if (OperatingSystem.IsWindows())
        {
            Thread.Sleep(1);
            return;
        }

        _ = USleep(Microseconds);
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int USleep(uint microseconds);
}
