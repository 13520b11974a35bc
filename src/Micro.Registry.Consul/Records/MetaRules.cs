using System.Buffers;
using System.Text;

namespace Micro.Registry.Consul.Records;

/// <summary>Consul's limits for Meta: it refuses a whole registration for one pair outside of them.</summary>
internal static class MetaRules
{
    public const int MaxPairs = 64;
    private const int MaxKeyLength = 128;
    private const int MaxValueBytes = 512;
    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static bool Allows(string key, string? value) =>
        key.Length is > 0 and <= MaxKeyLength
        && key.AsSpan().IndexOfAnyExcept(KeyCharacters) < 0
        && !key.StartsWith("consul-", StringComparison.Ordinal)
        && Encoding.UTF8.GetByteCount(value ?? "") <= MaxValueBytes;

    /// <summary>The pairs of a node that fit, then the extra ones; all of the node's pairs stand in its tags anyway.</summary>
    public static Dictionary<string, string> Select(IReadOnlyDictionary<string, string> metadata, IEnumerable<KeyValuePair<string, string>> extra, out int omitted)
    {
        var chosen = new Dictionary<string, string>(StringComparer.Ordinal);
        omitted = 0;
        foreach (var (key, value) in metadata)
        {
            if (chosen.Count < MaxPairs && Allows(key, value))
            {
                chosen[key] = value ?? "";
            }
            else
            {
                omitted++;
            }
        }

        foreach (var (key, value) in extra)
        {
            if (chosen.Count < MaxPairs)
            {
                chosen.TryAdd(key, value);
            }
        }

        return chosen;
    }
}
