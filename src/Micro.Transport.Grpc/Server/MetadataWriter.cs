using Microsoft.AspNetCore.Http;

namespace Micro.Transport.Grpc.Server;

/// <summary>Writes response metadata as fields of HTTP/2. Omits names of the protocol itself.</summary>
internal static class MetadataWriter
{
    /// <exception cref="InvalidOperationException">The metadata is too large, or gRPC cannot carry a value.</exception>
    public static void ThrowIfInvalid(CallMetadata? metadata, string what, string endpoint)
    {
        HeaderRules.ThrowIfTooLarge(metadata, what, endpoint);
        foreach (var (key, value) in metadata ?? CallMetadata.Empty)
        {
            if (key.EndsWith("-bin", StringComparison.OrdinalIgnoreCase) ? !Base64Text.IsValidList(value) : value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                throw new InvalidOperationException(
                    $"the {what} of {endpoint} hold '{key}', whose value gRPC cannot carry: printable ASCII only, base64 under a key ending in -bin");
            }
        }
    }

    public static void Write(CallMetadata? metadata, IHeaderDictionary target)
    {
        foreach (var (key, value) in metadata ?? CallMetadata.Empty)
        {
            if (!HeaderRules.IsReserved(key) && !key.StartsWith("content-", StringComparison.OrdinalIgnoreCase))
            {
                target.Append(key, value);
            }
        }
    }
}
