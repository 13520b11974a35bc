using System.Globalization;

namespace Micro.Transport.Sockets;

/// <summary>Finds the process that listens on a port, on Linux, where a user sees only their own processes.</summary>
internal static class PortHolder
{
    /// <summary>State of a listening socket in <c>/proc/net/tcp</c>.</summary>
    private const string Listening = "0A";

    /// <summary>Maximum number of open files that are searched.</summary>
    private const int MaxFiles = 50_000;

    private static readonly string[] SocketTables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>Returns a text such as <c>process 1234 (dotnet)</c>, or <see langword="null"/> if the process is not visible.</summary>
    public static string? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            var sockets = SocketTables.Where(File.Exists).SelectMany(File.ReadLines)
                .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields.Length > 9 && fields[3] == Listening && fields[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal))
                .Select(static fields => $"socket:[{fields[9]}]")
                .ToHashSet(StringComparer.Ordinal);
            return sockets.Count == 0 ? null : FindProcess(sockets);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? FindProcess(HashSet<string> sockets)
    {
        var files = 0;
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(static path => char.IsAsciiDigit(path[^1])))
        {
            try
            {
                foreach (var file in Directory.EnumerateFileSystemEntries(process + "/fd"))
                {
                    if (++files > MaxFiles)
                    {
                        return null;
                    }

                    if (new FileInfo(file).LinkTarget is { } target && sockets.Contains(target))
                    {
                        return $"process {process["/proc/".Length..]} ({File.ReadAllText(process + "/comm").Trim()})";
                    }
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // The process belongs to another user, or has ended meanwhile.
            }
        }

        return null;
    }
}
