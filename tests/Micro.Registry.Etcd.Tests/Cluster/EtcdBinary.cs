namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>Where the real etcd is: on the PATH or in the cache of the build scripts.</summary>
public static class EtcdBinary
{
    public static string? Server => Find("etcd");

    public static string? Control => Find("etcdctl");

    /// <summary>Why nothing can be tested against etcd here; with CI=true the tests fail instead.</summary>
    public static string? SkipReason =>
        (Server is null || Control is null) && Environment.GetEnvironmentVariable("CI") != "true"
            ? "needs etcd and etcdctl on the PATH or in eng/cache"
            : null;

    private static string? Find(string name) =>
        Folders().Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Folders()
    {
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
        if (Directory.Exists(cache))
        {
            yield return cache;
            foreach (var folder in Directory.EnumerateDirectories(cache, "*", SearchOption.AllDirectories))
            {
                yield return folder;
            }
        }
    }
}
