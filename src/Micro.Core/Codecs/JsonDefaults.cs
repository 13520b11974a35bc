using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Micro.Codecs;

/// <summary>Settings of JSON for plain types, chosen to meet what Go structs with JSON tags write and read.</summary>
internal static class JsonDefaults
{
    /// <summary>Deepest nesting, written or read.</summary>
    public const int MaxDepth = 64;

    /// <summary>Copies the user's options, or makes the default ones, and locks them.</summary>
    public static JsonSerializerOptions Prepare(JsonSerializerOptions? options)
    {
        var prepared = options is null
            ? new JsonSerializerOptions(JsonSerializerDefaults.Web)
            {
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                MaxDepth = MaxDepth,
            }
            : new JsonSerializerOptions(options);
        prepared.TypeInfoResolver ??= JsonSerializer.IsReflectionEnabledByDefault
            ? Reflection()
            : JsonTypeInfoResolver.Combine();
        prepared.MakeReadOnly();
        return prepared;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Only reached where the application keeps reflection-based JSON; else a context must be given.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above: publishing ahead of time switches IsReflectionEnabledByDefault off.")]
    private static DefaultJsonTypeInfoResolver Reflection() => new();
}
