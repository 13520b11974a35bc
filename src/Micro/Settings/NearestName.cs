namespace Micro.Settings;

/// <summary>Finds what somebody meant who mistyped a name.</summary>
internal static class NearestName
{
    private const int MaxLength = 64;

    /// <summary>The known name with the fewest differing letters, or <see langword="null"/> when none is near.</summary>
    public static string? Find(string text, IEnumerable<string> known)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        var best = known
            .Select(name => (Name: name, Distance: Distance(text.ToUpperInvariant(), name.ToUpperInvariant())))
            .OrderBy(static candidate => candidate.Distance)
            .FirstOrDefault();

        // Two letters are one slip: swapped neighbours. In three letters they would be most of the word.
        return best.Name is not null && best.Distance <= (text.Length > 3 ? Math.Max(2, text.Length / 3) : 1) ? best.Name : null;
    }

    /// <summary>Insertions, deletions and replacements from one word to the other.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
