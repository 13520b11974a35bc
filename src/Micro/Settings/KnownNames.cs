using Micro.Basics;

namespace Micro.Settings;

/// <summary>Checks a name against those that exist: a wrong one is an error that helps, never a silent default.</summary>
internal static class KnownNames
{
    public static readonly string[] Servers = ["mucp", "rpc", "grpc"];
    public static readonly string[] Clients = ["mucp", "rpc", "grpc"];
    public static readonly string[] Transports = ["http"];
    public static readonly string[] ClientPresets = ["classic", "upstream"];

    /// <summary>The known name in its own spelling.</summary>
    /// <exception cref="FormatException">The name is unknown; the message lists the known ones and the nearest.</exception>
    public static string Get(string kind, string value, IReadOnlyCollection<string> known)
    {
        foreach (var name in known)
        {
            if (string.Equals(name, value, StringComparison.OrdinalIgnoreCase))
            {
                return name;
            }
        }

        var hint = NearestName.Find(value, known) is { } nearest ? $"; did you mean '{nearest}'?" : "";
        throw new FormatException($"unknown {kind} '{value}': known are {string.Join(", ", known.Order(StringComparer.Ordinal))}{hint}");
    }
}
