using Micro.Registry;

namespace Micro.Server;

/// <summary>Decides which address is put in the registry (rules of the original, with its odd cases repaired).</summary>
internal static class AdvertiseAddress
{
    public static bool IsValid(string text) =>
        NodeAddress.TryParse(text, out var host, out _)
            ? host.Length > 0
            : !text.Contains(':', StringComparison.Ordinal) && Uri.CheckHostName(text) != UriHostNameType.Unknown;
}
