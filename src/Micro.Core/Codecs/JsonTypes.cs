using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Micro.Codecs;

/// <summary>What the JSON codec with its defaults knows of a type.</summary>
internal static class JsonTypes
{
    private static readonly JsonSerializerOptions Options = JsonDefaults.Prepare(null);

    /// <summary>
    /// Members or elements of a type; <see langword="null"/> for a type that JSON cannot carry, or of which a trimmed
    /// application has said nothing.
    /// </summary>
    public static JsonTypeInfo? Find(Type type)
    {
        try
        {
            return Options.TryGetTypeInfo(type, out var info) ? info : null;
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // It may still travel with another codec.
            return null;
        }
    }
}
