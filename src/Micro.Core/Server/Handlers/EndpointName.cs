namespace Micro.Server.Handlers;

/// <summary>
/// Rules of endpoint names: <c>Handler.Method</c>. The handler of a contract may be the full name of its service, whose parts
/// are divided by dots.
/// </summary>
internal static class EndpointName
{
    /// <summary>Maximum length of an endpoint name.</summary>
    public const int MaxLength = 256;

    /// <summary>Splits at the only dot, as go-micro does; <see langword="false"/> without exactly one dot.</summary>
    public static bool TrySplit(ReadOnlySpan<char> endpoint, out Range handler, out Range method)
    {
        var dot = endpoint.IndexOf('.');
        if (dot < 0 || dot != endpoint.LastIndexOf('.'))
        {
            handler = method = default;
            return false;
        }

        (handler, method) = (..dot, (dot + 1)..);
        return true;
    }

    public static string HandlerOf(string endpoint) => endpoint[..endpoint.LastIndexOf('.')];

    public static string MethodOf(string endpoint) => endpoint[(endpoint.LastIndexOf('.') + 1)..];

    /// <param name="endpoint">The name.</param>
    /// <param name="parameterName">The parameter that holds it.</param>
    /// <param name="mayHavePackage"><see langword="true"/> to accept a handler with dots, the full name of a contract.</param>
    /// <exception cref="ArgumentException">The name is invalid.</exception>
    public static void ThrowIfInvalid(string endpoint, string parameterName, bool mayHavePackage = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(endpoint, parameterName);
        var parts = endpoint.Split('.');
        if (endpoint.Length > MaxLength || parts.Length < 2 || (parts.Length > 2 && !mayHavePackage) || !parts.All(IsPart))
        {
            throw new ArgumentException($"endpoint '{endpoint}': must be Handler.Method, two parts of letters, digits, '_' and '-', at most {MaxLength} characters", parameterName);
        }
    }

    /// <exception cref="ArgumentException">The name cannot be the first part of an endpoint.</exception>
    public static void ThrowIfInvalidHandler(string handler, string parameterName)
    {
        if (!IsPart(handler))
        {
            throw new ArgumentException($"handler name '{handler}': must be letters, digits, '_' and '-'", parameterName);
        }
    }

    private static bool IsPart(string text)
    {
        foreach (var character in text)
        {
            if (!char.IsLetterOrDigit(character) && character is not ('_' or '-'))
            {
                return false;
            }
        }

        return text.Length > 0;
    }
}
