using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;

namespace Micro.Codecs;

/// <summary>Settings of JSON for plain types, compatible with Go structs with JSON tags.</summary>
internal static class JsonDefaults
{
    /// <summary>Maximum nesting, written or read.</summary>
    public const int MaxDepth = 64;

    /// <summary>
    /// The resolver of ASP.NET Core: reflection, or nothing in applications that are trimmed or compiled ahead of time, which
    /// must set a context.
    /// </summary>
    private static readonly IJsonTypeInfoResolver? FrameworkResolver = new JsonOptions().SerializerOptions.TypeInfoResolver;

    /// <summary>Copies the user's options, or creates the default ones, and makes them read-only.</summary>
    public static JsonSerializerOptions Prepare(JsonSerializerOptions? options)
    {
        var prepared = options is null
            ? new JsonSerializerOptions(JsonSerializerDefaults.Web)
            {
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                MaxDepth = MaxDepth,
                IncludeFields = true,
            }
            : new JsonSerializerOptions(options);
        prepared.TypeInfoResolver = (prepared.TypeInfoResolver ?? FrameworkResolver) is { } resolver ? Adapt(resolver) : null;
        prepared.MakeReadOnly();
        return prepared;
    }

    /// <summary>Adds the rules for Go's nil slices and maps, and for types that would arrive empty, to a resolver.</summary>
    public static IJsonTypeInfoResolver Adapt(IJsonTypeInfoResolver resolver) =>
        resolver.WithAddedModifier(MessageContent.ThrowIfHidden).WithAddedModifier(NullCollections.Fill);
}
