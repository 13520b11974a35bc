using System.Security.Cryptography;

namespace Micro.FuzzTests.Engine;

/// <summary>The inputs that once broke a decoder. They stay, and are decoded again in every run.</summary>
internal static class FindingFiles
{
    private static string Root { get; } = Path.Combine(RepositoryRoot.Find(), "tests", "Micro.FuzzTests", "Findings");

    public static IEnumerable<string> Of(string decoder)
    {
        var folder = Path.Combine(Root, decoder);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.bin").Order(StringComparer.Ordinal) : [];
    }

    /// <summary>Writes the input and returns the name of its file.</summary>
    public static string Save(string decoder, byte[] input)
    {
        var folder = Path.Combine(Root, decoder);
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 8)) + ".bin");
        File.WriteAllBytes(file, input);
        return file;
    }
}
