namespace Micro.Authentication;

/// <summary>Finds the token in the header <c>Authorization</c> (RFC 6750, section 2.1).</summary>
internal static class BearerToken
{
    /// <summary>Maximum length of a token; metadata of a call has the same limit.</summary>
    public const int MaxLength = 8 * 1024;

    private const string Scheme = "Bearer ";

    /// <param name="header">The value of the header, or <see langword="null"/>.</param>
    /// <param name="token">The token; empty when the result is not <see cref="TokenRefusal.None"/>.</param>
    public static TokenRefusal Find(string? header, out string token)
    {
        token = "";
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return TokenRefusal.Missing;
        }

        var found = header.AsSpan(Scheme.Length).Trim(' ');
        if (found.IsEmpty)
        {
            return TokenRefusal.Missing;
        }

        if (found.Length > MaxLength)
        {
            return TokenRefusal.Invalid;
        }

        token = found.ToString();
        return TokenRefusal.None;
    }
}
