using System.Globalization;

namespace Micro.Settings;

/// <summary>Reads and writes numbers of bytes as people write them: <c>4194304</c>, <c>16MiB</c>.</summary>
internal static class ByteSizeText
{
    // The largest first, for writing.
    private static readonly (string Name, int Bytes)[] Units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

    /// <summary>Returns a number of bytes, at most what an <see cref="int"/> holds.</summary>
    /// <exception cref="FormatException">The text is no such number.</exception>
    public static int Parse(string text)
    {
        var unit = Units.FirstOrDefault(unit => text.EndsWith(unit.Name, StringComparison.OrdinalIgnoreCase), (Name: "", Bytes: 1));
        return int.TryParse(text.AsSpan(0, text.Length - unit.Name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && (long)number * unit.Bytes <= int.MaxValue
            ? number * unit.Bytes
            : throw new FormatException($"size '{text}' must be a number of bytes, also with KiB, MiB or GiB, such as 16MiB");
    }

    /// <summary>Returns a number of bytes with the largest unit that leaves a whole number.</summary>
    public static string Format(int bytes)
    {
        var unit = Units.FirstOrDefault(unit => bytes >= unit.Bytes && bytes % unit.Bytes == 0, (Name: "", Bytes: 1));
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / unit.Bytes}{unit.Name}");
    }
}
