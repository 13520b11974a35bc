using System.Text.Json;

namespace Micro.Bench;

/// <summary>Writes the results of a command for programs to read.</summary>
internal static class JsonFile
{
    /// <param name="path">The file; replaced when it exists.</param>
    /// <param name="write">Writes one value, usually an object.</param>
    public static async Task WriteAsync(string path, Action<Utf8JsonWriter> write)
    {
        await using var stream = File.Create(path);
        await using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        write(json);
    }
}
