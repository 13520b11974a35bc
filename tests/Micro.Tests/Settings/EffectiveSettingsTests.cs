using Micro.Settings;
using Micro.Tests.Cli;

namespace Micro.Tests.Settings;

[Collection(ConsoleCollection.Name)]
public sealed class EffectiveSettingsTests
{
    [Fact]
    public void DescribeSettings_EachSource_IsNamed()
    {
        var settings = TestService.Create(
                options => options.Name("orders").ClientOptions(client => client.Retries = 2),
                ["--register_ttl=50"],
                new() { ["MICRO_SERVER_METADATA"] = "zone=a", ["MICRO_CLIENT_POOL_TTL"] = "1m30s" })
            .DescribeSettings().ToDictionary(setting => setting.Name);

        settings["register_ttl"].Should().Be(new EffectiveSetting("register_ttl", "50s", "--register_ttl"));
        settings["client_pool_ttl"].Should().Be(new EffectiveSetting("client_pool_ttl", "90s", "MICRO_CLIENT_POOL_TTL"));
        settings["client_retries"].Should().Be(new EffectiveSetting("client_retries", "2", "code"));
        settings["server_name"].Should().Be(new EffectiveSetting("server_name", "orders", "code"));
        settings["registry"].Should().Be(new EffectiveSetting("registry", "memory", "code"));
        settings["register_interval"].Should().Be(new EffectiveSetting("register_interval", "30s", "default"));
        settings["server_id"].Source.Should().Be("default");
        settings["registry_timeout"].Should().Be(new EffectiveSetting("registry_timeout", null, "default"));
        settings["registry_timeout"].ToString().Should().Be("registry_timeout = (its own) [default]");
    }

    [Fact]
    public void DescribeSettings_EverySetting_HasAValueOrDecidesItself()
    {
        var settings = MicroService.Create(options => options.IgnoreEnvironment()).DescribeSettings();

        settings.Select(setting => setting.Name).Should().Equal(SettingsTable.All.Select(setting => setting.Name));
        settings.Where(setting => setting.Value is null).Select(setting => setting.Name)
            .Should().BeEquivalentTo(EffectiveValues.WithoutDefault, "a new setting is read back in EffectiveValues");
        settings.Should().OnlyContain(setting => setting.Source == "default");
    }

    [Theory]
    [InlineData("https://root:canary@etcd:2379", "https://***@etcd:2379")]
    [InlineData("root:canary@etcd,https://other", "***@etcd,https://other")]
    [InlineData("http://[::1]:8500", "http://[::1]:8500")]
    public void DescribeSettings_PasswordInAnAddress_IsMasked_S23(string given, string shown) =>
        TestService.Create(options => options.AddRegistry("mine", _ => Registry.Memory.CreateRegistry()).UseRegistry("mine"), [$"--registry_address={given}"])
            .DescribeSettings().Single(setting => setting.Name == "registry_address").Value.Should().Be(shown);

    [Fact]
    public void DescribeSettings_WrongInput_StillDescribes() =>
        TestService.Create(args: ["--register_ttl=soon"]).DescribeSettings().Should().HaveCount(SettingsTable.All.Count);

    [Fact]
    public async Task Run_SettingsFlag_PrintsThemAndStartsNothing()
    {
        var (code, output, _) = await ConsoleCollection.RunAsync(TestService.Create(options => options.Name("orders"), ["--settings", "--register_ttl=50"]));

        code.Should().Be(0);
        output.Split('\n').Should().Contain(line => line.StartsWith("register_ttl ") && line.Contains(" 50s ") && line.TrimEnd().EndsWith("--register_ttl"));
        output.Split('\n').Should().Contain(line => line.StartsWith("server_name ") && line.Contains("orders") && line.TrimEnd().EndsWith("code"));
    }
}
