namespace Micro.AbuseTests.Metadata;

/// <summary>Judges what arrived of a pair behind a service that forwards: the same pair without blanks around the value, or nothing when the name or
/// the value cannot be metadata.</summary>
internal static class ArrivedPairs
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private static readonly HashSet<string> OfTransport = new(StringComparer.OrdinalIgnoreCase)
    {
        "host", "connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "trailer", "te", "expect", "proxy-connection", "timeout", "accept", "accept-encoding", "user-agent",
        "content-type", "content-encoding", "x-content-type", "authorization",
    };

    /// <summary>Returns what is wrong; <see langword="null"/> for nothing.</summary>
    /// <param name="name">The name that was sent.</param>
    /// <param name="value">The value that was sent.</param>
    /// <param name="arrived">The metadata that arrived.</param>
    /// <param name="usual">The names that arrive with every call.</param>
    public static string? Judge(string name, string value, IReadOnlyDictionary<string, string> arrived, IReadOnlySet<string> usual)
    {
        if (arrived.GetValueOrDefault("good") != "2")
        {
            return "the pair beside it is lost";
        }

        if (arrived.Keys.FirstOrDefault(key => !usual.Contains(key) && !key.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } extra)
        {
            return $"'{extra}' is a header that nobody sent";
        }

        return IsOfTransport(name) || usual.Contains(name) ? null
            : !arrived.TryGetValue(name, out var read) ? IsMetadata(name, value) ? "it is lost" : null
            : read != value.Trim(' ', '\t') ? $"it became '{read}'"
            : null;
    }

    private static bool IsOfTransport(string name) =>
        OfTransport.Contains(name) || name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("micro-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("x-micro-", StringComparison.OrdinalIgnoreCase);

    private static bool IsMetadata(string name, string value) =>
        name.Length > 0 && name.All(TokenCharacters.Contains) && !value.Any(static character => character != '\t' && char.IsControl(character));
}
