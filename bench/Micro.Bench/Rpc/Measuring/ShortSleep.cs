using System.Runtime.InteropServices;

namespace Micro.Bench.Rpc.Measuring;

/// <summary>
/// Sleeps for about 100 microseconds: the runtime's own sleep takes at least a millisecond, and spinning would use one of the
/// measured processors.
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
