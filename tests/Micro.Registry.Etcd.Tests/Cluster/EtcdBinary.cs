using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>
/// A real etcd of one version: named by MICRO_ETCD_34, on the PATH or in the cache of the build scripts. With CI=true a
/// missing one fails the tests that need it, elsewhere they are skipped.
/// </summary>
public sealed partial record EtcdBinary(string Server, string Control, Version Version)
{
    private static readonly Lazy<IReadOnlyList<EtcdBinary>> All = new(() => [.. Find()]);

    /// <summary>The newest there is, at least 3.4.</summary>
    public static EtcdBinary? Newest => All.Value.MaxBy(binary => binary.Version);

    /// <summary>The one of Debian 12.</summary>
    public static EtcdBinary? Version34 => All.Value.FirstOrDefault(binary => binary.Version is { Major: 3, Minor: 4 });

    /// <summary>3.5 or newer.</summary>
    public static EtcdBinary? Version35 => Newest is { Version: var version } newest && version >= new Version(3, 5) ? newest : null;

    /// <summary>Why nothing can be tested against etcd here.</summary>
    public static string? SkipReason => Reason(Newest, "etcd and etcdctl");

    public static string? Reason(EtcdBinary? binary, string what) =>
        binary is null && Environment.GetEnvironmentVariable("CI") != "true" ? $"needs {what}: see eng/backends.sh" : null;

    private static IEnumerable<EtcdBinary> Find()
    {
        foreach (var folder in Folders().Distinct(StringComparer.Ordinal))
        {
            var (server, control) = (Path.Combine(folder, "etcd"), Path.Combine(folder, "etcdctl"));
            if (File.Exists(server) && File.Exists(control) && ReadVersion(server) is { } version)
            {
                yield return new EtcdBinary(server, control, version);
            }
        }
    }

    private static Version? ReadVersion(string server)
    {
        using var process = Process.Start(new ProcessStartInfo(server, "--version") { RedirectStandardOutput = true, UseShellExecute = false })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Number().Match(text) is { Success: true } match ? Version.Parse(match.Value) : null;
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("MICRO_ETCD_34") is { Length: > 0 } older)
        {
            yield return older;
        }

        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return folder;
        }

        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Micro.sln")))
        {
            root = root.Parent;
        }

        var cache = Path.Combine(root?.FullName ?? ".", "eng", "cache");
        foreach (var unpacked in Directory.Exists(cache) ? Directory.EnumerateDirectories(cache) : [])
        {
            yield return Path.Combine(unpacked, "usr", "bin");
        }
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex Number();
}
