using Micro.Settings;
using Micro.Testing;
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
        settings["registry_timeout"].ToString().Should().Be("registry_timeout = (default of the component) [default]");
    }

    [Fact]
    public void DescribeSettings_EverySetting_HasAValueOrDecidesItself()
    {
        var settings = MicroService.Create(options => options.IgnoreEnvironment()).DescribeSettings();

        settings.Select(setting => setting.Name).Should().Equal(SettingsTable.All.Select(setting => setting.Name));
        settings.Where(setting => setting.Value is null).Select(setting => setting.Name)
            .Should().BeEquivalentTo(
                [
                    "client", "client_defaults", "registry_address", "server_advertise", "server_metadata", "server_allowed_origins", "server_allowed_hosts",
                    "auth_public_key", "network", "network_address", "proxy", "server_tls_cert", "server_tls_key", "server_tls_key_password",
                    "server_tls_client_ca", "server_tls_client_cert", "client_tls_ca", "client_tls_cert", "client_tls_key", "client_tls_key_password",
                    "client_tls_server_name",
                ],
                "all other settings have a default");
        settings.Should().OnlyContain(setting => setting.Source == "default");
    }

    [Theory]
    [InlineData("mdns", "1500ms", "100ms")]
    [InlineData("consul", "1500ms", "5s")]
    [InlineData("etcd", "500ms", "5s")]
    [InlineData("consul,etcd", "1500ms", "5s")]
    [InlineData("mdns,etcd", "1500ms", "mdns=100ms,etcd=5s")]
    public void DescribeSettings_NothingGiven_ShowsWhatComponentsDecide(string registry, string drain, string timeout)
    {
        var settings = MicroService.Create(options => options.IgnoreEnvironment(), [$"--registry={registry}"]).DescribeSettings().ToDictionary(setting => setting.Name);

        settings["server_drain_delay"].Should().Be(new EffectiveSetting("server_drain_delay", drain, "default"));
        settings["registry_timeout"].Should().Be(new EffectiveSetting("registry_timeout", timeout, "default"));
        settings["selector_cache_ttl"].Should().Be(new EffectiveSetting("selector_cache_ttl", "60s", "default"));
        settings["log_level"].Should().Be(new EffectiveSetting("log_level", "info", "default"));
    }

    [Fact]
    public void DescribeSettings_ComponentsSetInCode_SayCode()
    {
        var settings = MicroService.Create(options => options
            .IgnoreEnvironment()
            .UseConsul(consul =>
            {
                consul.Timeout = TimeSpan.FromSeconds(2);
                consul.Addresses.Add("10.0.0.5");
            })
            .SelectorOptions(selector => selector.CacheTtl = TimeSpan.FromSeconds(7))).DescribeSettings().ToDictionary(setting => setting.Name);

        settings["registry_timeout"].Should().Be(new EffectiveSetting("registry_timeout", "2s", "code"));
        settings["registry_address"].Should().Be(new EffectiveSetting("registry_address", "10.0.0.5", "code"));
        settings["selector_cache_ttl"].Should().Be(new EffectiveSetting("selector_cache_ttl", "7s", "code"));
    }

    [Fact]
    public async Task Variables_WithoutEffect_AreNamedOnceAndShown()
    {
        var logs = new CapturingLoggerFactory();
        Dictionary<string, string?> variables = new()
        {
            ["MICRO_BROKER"] = "nats",
            ["MICRO_TLS_SECURE"] = "true",
            ["MICRO_BOGUS"] = "secret",
            ["MICRO_EMPTY"] = "",
            ["MICRO_REGISTER_TTL"] = "50",
            ["MICROSCOPE"] = "1",
        };

        var settings = TestService.Create(options => options.Logging(logs), environment: variables).DescribeSettings();
        var (code, output, _) = await ConsoleCollection.RunAsync(TestService.Create(args: ["--settings"], environment: variables));

        logs.Entries.Where(entry => entry.Message.Contains("without effect")).Should().ContainSingle()
            .Which.Message.Should().Contain("MICRO_BOGUS, MICRO_BROKER, MICRO_TLS_SECURE: no setting has such a variable").And.NotContain("secret");
        settings.Skip(SettingsTable.All.Count).Should().Equal(
            new EffectiveSetting("MICRO_BOGUS", null, "no effect: no setting has this variable"),
            new EffectiveSetting("MICRO_BROKER", null, "no effect: no setting has this variable"),
            new EffectiveSetting("MICRO_TLS_SECURE", null, "no effect: no setting has this variable"));
        code.Should().Be(0);
        output.Should().Contain("MICRO_BROKER").And.NotContain("secret");
    }

    [Theory]
    [InlineData("https://root:canary@etcd:2379", "https://***@etcd:2379")]
    [InlineData("root:canary@etcd,https://other", "***@etcd,https://other")]
    [InlineData("http://[::1]:8500", "http://[::1]:8500")]
    public void DescribeSettings_PasswordInAnAddress_IsMasked_S23(string given, string shown) =>
        TestService.Create(options => options.AddRegistry("mine", _ => Registry.MemoryRegistry.Create()).UseRegistry("mine"), [$"--registry_address={given}"])
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
