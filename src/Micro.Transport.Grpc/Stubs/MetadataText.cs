using Grpc.Core;

namespace Micro.Transport.Grpc.Stubs;

/// <summary>
/// Translates between the metadata of gRPC, which repeats keys and holds bytes, and that of a call, which has one text for a
/// key: bytes are base64, and repeated values are joined by commas (RFC 9110, section 5.3).
/// </summary>
internal static class MetadataText
{
    /// <summary>Returns the metadata of a call; <see langword="null"/> when there is none.</summary>
    /// <exception cref="ArgumentException">A key or value cannot travel as a header.</exception>
    public static CallMetadata? ToCall(Metadata? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return null;
        }

        var call = new CallMetadata();
        CopyTo(metadata, call);
        return call;
    }

    /// <exception cref="ArgumentException">A key or value cannot travel as a header.</exception>
    public static void CopyTo(Metadata metadata, CallMetadata call)
    {
        foreach (var entry in metadata)
        {
            Add(entry, call);
        }
    }

    /// <summary>Adds an entry; appends to an existing value of the key with a comma.</summary>
    /// <exception cref="ArgumentException">The key or value cannot travel as a header.</exception>
    public static void Add(Metadata.Entry entry, CallMetadata call) =>
        call[entry.Key] = call.TryGetValue(entry.Key, out var first) ? $"{first},{TextOf(entry)}" : TextOf(entry);

    /// <summary>Returns the value as text; bytes are base64.</summary>
    public static string TextOf(Metadata.Entry entry) => entry.IsBinary ? Convert.ToBase64String(entry.ValueBytes) : entry.Value;

    /// <param name="call">The metadata of a call, as received.</param>
    /// <param name="isOwn">Returns <see langword="true"/> for keys of the protocol, which are omitted.</param>
    public static Metadata FromCall(CallMetadata call, Func<string, bool>? isOwn = null)
    {
        var metadata = new Metadata();
        foreach (var (key, value) in call)
        {
            if (isOwn?.Invoke(key) == true)
            {
                continue;
            }

            if (!key.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.OrdinalIgnoreCase))
            {
                metadata.Add(key, value);
                continue;
            }

            foreach (var part in value.Split(','))
            {
                if (Base64Text.IsValidList(part))
                {
                    metadata.Add(key, Base64Text.Decode(part));
                }
            }
        }

        return metadata;
    }
}
