namespace Micro.TestTools;

/// <summary>Source files as they are written, without what a build makes.</summary>
public static class Sources
{
    /// <summary>Returns the C# files of a project's folder.</summary>
    public static IEnumerable<string> Of(string project) =>
        Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Where(path => Path.GetRelativePath(project, path).Split(Path.DirectorySeparatorChar)[0] is not ("obj" or "bin"));
}
