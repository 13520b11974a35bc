namespace Micro.TestTools;

/// <summary>Found from the output folder: a CI build leaves no source paths in the assembly.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder of the solution.</summary>
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
