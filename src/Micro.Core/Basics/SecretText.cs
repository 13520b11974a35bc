namespace Micro.Basics;

/// <summary>Hides secrets of addresses in errors and logs.</summary>
internal static class SecretText
{
    private const string Hidden = "***";

    /// <summary>Replaces user and password before a host, and everything after a question mark, which may hold tokens.</summary>
    /// <param name="addresses">One address or several, with commas between them; <see langword="null"/> for an empty text.</param>
    public static string WithoutSecrets(string? addresses) =>
        string.Join(',', (addresses ?? "").Split(',').Select(HideSecrets));

    private static string HideSecrets(string address)
    {
        var query = address.IndexOf('?', StringComparison.Ordinal);
        var text = query < 0 ? address : $"{address[..query]}?{Hidden}";

        // A password may contain an @ too: everything before the last one is hidden.
        var at = (query < 0 ? address : address[..query]).LastIndexOf('@');
        return at < 0 ? text : $"{text[..StartOf(text[..at])]}{Hidden}{text[at..]}";
    }

    /// <summary>Returns the start of user and password: after the scheme, or after the name of the registry.</summary>
    private static int StartOf(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            return scheme + 3;
        }

        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && text[..equals].All(static letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.') ? equals + 1 : 0;
    }
}
