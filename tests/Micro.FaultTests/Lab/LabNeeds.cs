namespace Micro.FaultTests.Lab;

/// <summary>What a row needs of its machine. A row that cannot run is skipped with its reason; with <c>CI=true</c> it fails.</summary>
internal static class LabNeeds
{
    private static readonly bool IsCi = Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Network namespaces.</summary>
    public static void Namespaces() => Require(
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess && Find("unshare") is not null && Find("nsenter") is not null && Find("ip") is not null,
        "network namespaces need Linux, root, unshare, nsenter and ip");

    /// <summary>A row that needs the machine for itself for minutes.</summary>
    public static void FullProfile() => Skip.IfNot(Profile.IsFull, "part of the full profile: bash eng/faults.sh");

    /// <summary>Signals that stop and continue a process.</summary>
    public static void Signals() => Require(!OperatingSystem.IsWindows(), "the fault needs SIGSTOP");

    /// <summary>A program, by its name on PATH or where eng/backends.sh has put it.</summary>
    public static string Program(string name)
    {
        var path = Find(name);
        Require(path is not null, $"no {name} on PATH: run eng/backends.sh");
        return path!;
    }

    public static void Require(bool holds, string reason)
    {
        if (!holds && IsCi)
        {
            throw new InvalidOperationException(reason);
        }

        Skip.IfNot(holds, reason);
    }

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Concat(["/usr/sbin", "/sbin", "/usr/bin"])
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
