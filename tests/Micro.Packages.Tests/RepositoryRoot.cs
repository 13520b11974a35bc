namespace Micro.Packages.Tests;

/// <summary>Found from the output folder: a CI build leaves no source paths in the assembly.</summary>
internal static class RepositoryRoot
{
    public static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Micro.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("Micro.sln is not above the tests");
        }

        return folder;
    }
}
