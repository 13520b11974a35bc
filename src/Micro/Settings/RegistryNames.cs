namespace Micro.Settings;

/// <summary>Reads which registries are chosen: one name, or several with commas between.</summary>
internal static class RegistryNames
{
    /// <summary>The names in their own spelling, in the given order.</summary>
    /// <exception cref="FormatException">A name is unknown, empty or repeated.</exception>
    public static string[] Parse(string text, IReadOnlyCollection<string> known)
    {
        var names = new List<string>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Length == 0)
            {
                throw new FormatException($"registry '{text}' holds an empty name: write names with single commas between, like consul,etcd");
            }

            var name = KnownNames.Get("registry", part, known);
            if (names.Contains(name))
            {
                throw new FormatException($"registry '{text}' names '{name}' twice: name each registry once");
            }

            names.Add(name);
        }

        return [.. names];
    }
}
