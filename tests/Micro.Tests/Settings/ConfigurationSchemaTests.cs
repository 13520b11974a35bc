using System.Text.Json.Nodes;
using Micro.Settings;

namespace Micro.Tests.Settings;

/// <summary>What the package ships for editors is what the code reads. Run with <c>MICRO_APPROVE=1</c> to write it anew.</summary>
public sealed class ConfigurationSchemaTests
{
    [Fact]
    public void Schema_IsTheOneOfTheSettings()
    {
        var file = Path.Combine(RepositoryRoot.Find(), "src", "Micro", "ConfigurationSchema.json");
        var schema = ConfigurationSchema.Make();
        if (Environment.GetEnvironmentVariable("MICRO_APPROVE") == "1")
        {
            File.WriteAllText(file, schema);
        }

        File.ReadAllText(file).Should().Be(schema, "a setting changed: write the schema anew with MICRO_APPROVE=1");
    }

    [Fact]
    public void Schema_HasEverySetting() =>
        JsonNode.Parse(ConfigurationSchema.Make())!["properties"]!["Micro"]!["properties"]!.AsObject().Select(property => property.Key)
            .Should().BeEquivalentTo(SettingsTable.All.Select(setting => setting.ConfigurationKey));
}
