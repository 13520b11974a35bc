using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Micro.Settings;

namespace Micro.Tests.Settings;

/// <summary>Writes the schema by which editors complete the section <c>Micro</c>, from the table of settings.</summary>
internal static class ConfigurationSchema
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Make()
    {
        var settings = new JsonObject();
        foreach (var setting in SettingsTable.All.OrderBy(setting => setting.ConfigurationKey, StringComparer.Ordinal))
        {
            settings[setting.ConfigurationKey] = Describe(setting);
        }

        var section = new JsonObject
        {
            ["type"] = "object",
            ["description"] = "Settings of Micro services. Flags and MICRO_* variables win over them, they win over code.",
            ["properties"] = settings,
            ["additionalProperties"] = new JsonObject
            {
                ["type"] = "object",
                ["description"] = "Settings of the one service that was added with this key.",
                ["properties"] = settings.DeepClone(),
                ["additionalProperties"] = false,
            },
        };
        var schema = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["Micro"] = section } };
        return schema.ToJsonString(Readable) + "\n";
    }

    private static JsonObject Describe(Setting setting)
    {
        var variable = $"{setting.Help}. Variable {setting.EnvironmentVariable}{(setting.HasFlag ? $", flag {setting.Flag}" : "")}.";
        var description = char.ToUpperInvariant(variable[0]) + variable[1..];
        return setting.Hint switch
        {
            "true|false" => new JsonObject { ["type"] = Any("boolean", "string"), ["description"] = description },
            "number" => new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["description"] = description },
            "seconds" => new JsonObject
            {
                ["type"] = Any("integer", "string"),
                ["minimum"] = 0,
                ["pattern"] = DurationPattern,
                ["description"] = description + " A bare number means seconds.",
            },
            "duration" => new JsonObject { ["type"] = "string", ["pattern"] = DurationPattern, ["description"] = description },
            "list" => new JsonObject { ["type"] = Any("array", "object", "string"), ["items"] = new JsonObject { ["type"] = "string" }, ["description"] = description },
            "key=value" => new JsonObject
            {
                ["type"] = Any("object", "array", "string"),
                ["additionalProperties"] = new JsonObject { ["type"] = "string" },
                ["description"] = description,
            },
            _ => new JsonObject { ["type"] = "string", ["description"] = description },
        };
    }

    private const string DurationPattern = @"^(\d+|(\d+(\.\d+)?(h|m|s|ms|us|µs|ns))+|(\d+\.)?\d+:\d{2}:\d{2}(\.\d+)?)$";

    private static JsonArray Any(params string[] types) => [.. types.Select(type => (JsonNode)type)];
}
