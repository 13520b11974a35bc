using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Micro.Transport.Grpc;

/// <summary>
/// Keys and values that travel with a call or its answer, in order; a key may occur several times. Keys ending in
/// <c>-bin</c> hold bytes, all others printable ASCII. Not safe for concurrent changes.
/// </summary>
public sealed class GrpcMetadata : IReadOnlyCollection<GrpcMetadataEntry>
{
    private readonly List<GrpcMetadataEntry> _entries = [];

    /// <inheritdoc/>
    public int Count => _entries.Count;

    internal static GrpcMetadata Empty => [];

    /// <summary>Adds text.</summary>
    /// <param name="key">A header field name that gRPC does not use itself, not ending in <c>-bin</c>; stored in lower case.</param>
    /// <param name="value">Printable ASCII.</param>
    /// <exception cref="ArgumentException">Key or value cannot travel.</exception>
    public void Add(string key, string value)
    {
        HeaderRules.ThrowIfInvalid(key, value);
        if (IsBinaryKey(key))
        {
            throw new ArgumentException($"metadata key '{key}' ends in -bin: add its value as bytes", nameof(key));
        }

        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"metadata value of '{key}' holds characters other than printable ASCII: use a key ending in -bin", nameof(value));
        }

        _entries.Add(new GrpcMetadataEntry(Lower(key), value));
    }

    /// <summary>Adds bytes.</summary>
    /// <param name="key">A header field name ending in <c>-bin</c>; stored in lower case.</param>
    /// <param name="value">Any bytes; they are copied.</param>
    /// <exception cref="ArgumentException">The key cannot travel or does not end in <c>-bin</c>.</exception>
    public void Add(string key, ReadOnlySpan<byte> value)
    {
        HeaderRules.ThrowIfInvalid(key, "");
        if (!IsBinaryKey(key))
        {
            throw new ArgumentException($"metadata key '{key}' does not end in -bin: its value must be text", nameof(key));
        }

        _entries.Add(new GrpcMetadataEntry(Lower(key), value.ToArray()));
    }

    /// <summary>Reads the first text value of a key.</summary>
    /// <param name="key">The key, in any letter case.</param>
    /// <param name="value">The value; base64 for a binary key.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
    {
        value = _entries.Find(entry => entry.Key.Equals(key, StringComparison.OrdinalIgnoreCase))?.Text;
        return value is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<GrpcMetadataEntry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal static bool IsBinaryKey(string key) => key.EndsWith("-bin", StringComparison.OrdinalIgnoreCase);

    /// <summary>Takes a received header; what is no valid base64 under a binary key is refused.</summary>
    /// <exception cref="FormatException">The value of a binary key is no base64.</exception>
    internal void AddReceived(string key, string value)
    {
        if (!IsBinaryKey(key))
        {
            _entries.Add(new GrpcMetadataEntry(Lower(key), value));
            return;
        }

        // Several binary values may stand in one header, divided by commas.
        foreach (var part in value.Split(','))
        {
            _entries.Add(new GrpcMetadataEntry(Lower(key), Base64Text.Decode(part.Trim())));
        }
    }

    [SuppressMessage("Globalization", "CA1308", Justification = "HTTP/2 has lower-case field names.")]
    private static string Lower(string key) => key.ToLowerInvariant();
}
