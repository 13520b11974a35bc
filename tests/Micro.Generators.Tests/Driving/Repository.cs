namespace Micro.Generators.Driving;

/// <summary>Files of this repository, found from the output folder: a CI build leaves no source paths in the assembly.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Micro.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Micro.sln is not above the tests");
        }

        return folder;
    }
}
