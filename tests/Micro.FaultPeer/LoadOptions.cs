using System.Globalization;

namespace Micro.FaultPeer;

/// <summary>Options of a load: <c>service</c>, <c>addresses</c> in place of the registry's, <c>rate</c> per second, <c>idempotent</c>, <c>grpc</c>, <c>timeout</c> and <c>attempt</c> in milliseconds.</summary>
internal sealed record LoadOptions(string Service, string[] Addresses, double Rate, bool? IsIdempotent, string? ContentType, TimeSpan Timeout, TimeSpan? AttemptTimeout)
{
    /// <summary>Reads words of the form <c>name=value</c>.</summary>
    public static LoadOptions Read(string[] words)
    {
        var given = words.Select(static word => word.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);
        return new LoadOptions(
            given.GetValueOrDefault("service", "faults"),
            given.TryGetValue("addresses", out var addresses) ? addresses.Split(',') : [],
            double.Parse(given.GetValueOrDefault("rate", "100"), CultureInfo.InvariantCulture),
            given.TryGetValue("idempotent", out var idempotent) ? bool.Parse(idempotent) : null,
            given.TryGetValue("grpc", out var grpc) && bool.Parse(grpc) ? "application/grpc+json" : null,
            Milliseconds(given, "timeout") ?? TimeSpan.FromSeconds(2),
            Milliseconds(given, "attempt"));
    }

    private static TimeSpan? Milliseconds(Dictionary<string, string> given, string name) =>
        given.TryGetValue(name, out var text) ? TimeSpan.FromMilliseconds(double.Parse(text, CultureInfo.InvariantCulture)) : null;
}
