namespace Micro.Registry.Mdns;

/// <summary>Finds out whether the process runs in a container, whose network usually passes no multicast.</summary>
internal static class Container
{
    private static readonly string[] Files = ["/.dockerenv", "/run/.containerenv"];

    public static bool IsHere() => IsHere(Environment.GetEnvironmentVariable, File.Exists);

    /// <param name="variable">Reads a variable of the environment.</param>
    /// <param name="exists">Returns whether a file exists.</param>
    public static bool IsHere(Func<string, string?> variable, Func<string, bool> exists) =>
        variable("DOTNET_RUNNING_IN_CONTAINER") is "true" or "1" || variable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } || Array.Exists(Files, file => exists(file));
}
