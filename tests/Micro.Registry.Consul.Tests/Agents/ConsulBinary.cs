namespace Micro.Registry.Consul.Tests.Agents;

/// <summary>The Consul program: on PATH, or where eng/backends.sh has put it.</summary>
internal static class ConsulBinary
{
    public static string? Path { get; } = Find();

    /// <summary>Why agents cannot be started here; on CI that is a failure, not a skipped test.</summary>
    public static string? SkipReason => Path is not null || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : "no consul on PATH: run eng/backends.sh";

    public static string Require() => Path ?? throw new InvalidOperationException("no consul on PATH: run eng/backends.sh");

    private static string? Find() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(System.IO.Path.PathSeparator)
            .Append(System.IO.Path.Combine(Repository.Root, "eng", "cache", "root", "usr", "bin"))
            .Select(folder => System.IO.Path.Combine(folder, "consul"))
            .FirstOrDefault(File.Exists);
}
