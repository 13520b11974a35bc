namespace Micro.Server.Handlers;

/// <summary>Rules of endpoint names: <c>Handler.Method</c>, exactly two parts.</summary>
internal static class EndpointName
{
    /// <summary>Longest name of an endpoint; a caller's longer one is none of ours.</summary>
    public const int MaxLength = 256;

    /// <summary>Splits at the only dot; <see langword="false"/> if there is none or more than one.</summary>
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

    public static string HandlerOf(string endpoint) => endpoint[..endpoint.IndexOf('.', StringComparison.Ordinal)];

    /// <exception cref="ArgumentException">The name is not two printable parts.</exception>
    public static void ThrowIfInvalid(string endpoint, string parameterName)
    {
        ArgumentException.ThrowIfNullOrEmpty(endpoint, parameterName);
        if (endpoint.Length > MaxLength || !TrySplit(endpoint, out var handler, out var method) || !IsPart(endpoint[handler]) || !IsPart(endpoint[method]))
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
