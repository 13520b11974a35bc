namespace Micro.Basics;

/// <summary>Finds the known name nearest to a mistyped one.</summary>
internal static class NearestName
{
    private const int MaxLength = 64;

    /// <summary>
    /// Returns the known name with the fewest differing letters, or <see langword="null"/> when none is near. Each word of the name
    /// must be near: <c>broker_address</c> is not a typo for <c>server_address</c>.
    /// </summary>
    public static string? Find(string text, IEnumerable<string> known)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        return known
            .Select(name => (Name: name, Distance: DistanceOfNames(text, name)))
            .Where(static candidate => candidate.Distance is not null)
            .OrderBy(static candidate => candidate.Distance)
            .FirstOrDefault().Name;
    }

    /// <summary>Returns the number of differing letters of two names, or <see langword="null"/> when they are too different.</summary>
    private static int? DistanceOfNames(string left, string right)
    {
        // One typo, also in a separator.
        var whole = Distance(left.ToUpperInvariant(), right.ToUpperInvariant());
        if (whole <= (left.Length > 3 ? 2 : 1))
        {
            return whole;
        }

        var pairs = Words(left).Zip(Words(right), DistanceOfWords).ToList();
        return Words(left).Length == Words(right).Length && !pairs.Contains(null) ? pairs.Sum() : null;
    }

    /// <summary>Two letters are one typo: swapped neighbours. In three letters they would be most of the word.</summary>
    private static int? DistanceOfWords(string left, string right)
    {
        if (Math.Min(left.Length, right.Length) > 3 && (left.StartsWith(right, StringComparison.Ordinal) || right.StartsWith(left, StringComparison.Ordinal)))
        {
            return 2; // an abbreviation
        }

        var distance = Distance(left, right);
        return distance <= (left.Length > 3 ? Math.Max(2, left.Length / 3) : 1) ? distance : null;
    }

    /// <summary>Returns the words of <c>server_address</c>, <c>server-address</c> or <c>ServerAddress</c>, in capitals.</summary>
    private static string[] Words(string name) =>
        [.. string.Concat(name.Select((letter, at) => at > 0 && char.IsUpper(letter) && char.IsLower(name[at - 1]) ? $"_{letter}" : $"{letter}"))
            .ToUpperInvariant()
            .Split(['_', '-', ':', '.'], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Returns the number of insertions, deletions and replacements between two words.</summary>
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
