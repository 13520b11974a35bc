using System.Text.Json;

namespace Micro.FuzzTests.Engine;

/// <summary>Seeds from the recordings of go-micro.</summary>
internal static class RecordedBytes
{
    private static string Root => Path.Combine(AppContext.BaseDirectory, "Recordings");

    /// <summary>Reads all files of a folder.</summary>
    public static IReadOnlyList<byte[]> Files(string folder, string pattern) =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, folder), pattern).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    /// <summary>Finds the values of a member, at any depth, in all JSON files of a folder.</summary>
    public static IReadOnlyList<JsonElement> Members(string folder, string member, Predicate<JsonElement>? where = null)
    {
        var found = new List<JsonElement>();
        foreach (var file in Files(folder, "*.json"))
        {
            using var document = JsonDocument.Parse(file);
            Collect(document.RootElement.Clone(), member, where, found);
        }

        return found;
    }

    /// <summary>Finds the bytes of a member that holds hex digits, each value once.</summary>
    public static IReadOnlyList<byte[]> Hex(string folder, string member, Predicate<JsonElement>? where = null) =>
        [.. Members(folder, member, where).Select(static value => value.GetString()!).Distinct(StringComparer.Ordinal).Select(Convert.FromHexString)];

    private static void Collect(JsonElement element, string member, Predicate<JsonElement>? where, List<JsonElement> found)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                if (property.NameEquals(member) && property.Value.ValueKind != JsonValueKind.Null && where?.Invoke(element) != false)
                {
                    found.Add(property.Value);
                }

                Collect(property.Value, member, where, found);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                Collect(item, member, where, found);
            }
        }
    }
}
