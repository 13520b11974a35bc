using System.Text;
using Micro.Registry;
using Microsoft.Extensions.Configuration;

namespace Micro.Tests.Settings;

/// <summary>Flag before variable before configuration before code, and only what was given counts.</summary>
public sealed class PrecedenceTests
{
    private static readonly string[] Flags = ["--register_ttl=50", "--register_interval=25"];

    private static readonly Dictionary<string, string?> Variables = new()
    {
        ["MICRO_REGISTER_TTL"] = "40",
        ["MICRO_REGISTER_INTERVAL"] = "15s",
    };

    private static readonly Dictionary<string, string?> Keys = new()
    {
        ["Micro:RegisterTtl"] = "30",
        ["Micro:RegisterInterval"] = "00:00:12",
    };

    [Theory]
    [InlineData(false, false, false, 20, 10)]
    [InlineData(true, false, false, 30, 12)]
    [InlineData(false, true, false, 40, 15)]
    [InlineData(true, true, false, 40, 15)]
    [InlineData(false, false, true, 50, 25)]
    [InlineData(true, true, true, 50, 25)]
    public void Create_TtlAndInterval_StrongestGivenSourceCounts_R_SVC_6(bool configuration, bool environment, bool flags, int ttl, int interval)
    {
        var service = TestService.Create(
            options =>
            {
                options.RegisterTtl(TimeSpan.FromSeconds(20)).RegisterInterval(TimeSpan.FromSeconds(10));
                if (configuration)
                {
                    options.Configuration(new ConfigurationBuilder().AddInMemoryCollection(Keys).Build());
                }
            },
            flags ? Flags : [],
            environment ? Variables : []);

        service.Server.Options.RegisterTtl.Should().Be(TimeSpan.FromSeconds(ttl));
        service.Server.Options.RegisterInterval.Should().Be(TimeSpan.FromSeconds(interval));
    }

    [Fact]
    public void Create_NothingGiven_DefaultsOfTheComponents()
    {
        var service = TestService.Create();

        service.Server.Options.RegisterTtl.Should().Be(TimeSpan.FromSeconds(90));
        service.Server.Options.RegisterInterval.Should().Be(TimeSpan.FromSeconds(30));
        service.Name.Should().Be("go.micro.server");
        TestService.ClientOptionsOf().Retries.Should().Be(5);
    }

    [Fact]
    public void Create_ZeroGiven_IsApplied_R_SVC_6()
    {
        string[] zeros = ["--register_ttl=0", "--register_interval", "0"];

        TestService.Create(args: zeros).Server.Options.RegisterTtl.Should().Be(TimeSpan.Zero);
        TestService.Create(args: zeros).Server.Options.RegisterInterval.Should().Be(TimeSpan.Zero);
        TestService.ClientOptionsOf(args: ["--client_retries=0"]).Retries.Should().Be(0);
    }

    [Theory]
    [InlineData("flag")]
    [InlineData("variable")]
    [InlineData("configuration")]
    public void Create_HoursAbove23_AreHoursFromEverySource(string source)
    {
        var service = TestService.Create(
            options => options.Configuration(new ConfigurationBuilder().AddInMemoryCollection(
                source == "configuration" ? new Dictionary<string, string?> { ["Micro:RegisterTtl"] = "24:00:00" } : []).Build()),
            source == "flag" ? ["--register_ttl=24:00:00"] : [],
            source == "variable" ? new() { ["MICRO_REGISTER_TTL"] = "24:00:00" } : []);

        service.Server.Options.RegisterTtl.Should().Be(TimeSpan.FromSeconds(86_400));
    }

    [Theory]
    [InlineData("--server_name=flag", "flag")]
    [InlineData("--server_name flag", "flag")]
    [InlineData("-server_name=flag", "flag")]
    [InlineData("-server_name flag", "flag")]
    [InlineData("--server_name=first --server_name=flag", "flag")]
    [InlineData("--server_name=", "code")]
    public void Create_FlagSpellings_AllWork(string arguments, string name) =>
        TestService.Create(options => options.Name("code"), arguments.Split(' ')).Server.Options.Name.Should().Be(name);

    [Fact]
    public void Create_EmptyFlag_IsNotGiven()
    {
        TestService.Create(options => options.Name("code"), ["--server_name="]).Server.Options.Name.Should().Be("code");
        TestService.Create(options => options.Name("code"), ["--server_name", ""]).Server.Options.Name.Should().Be("code");
        TestService.Create(options => options.Name("code"), ["--server_name=first", "--server_name="]).Server.Options.Name.Should().Be("first");
        TestService.Create(options => options.Name("code"), ["-server_name=", "--register_ttl="]).Server.Options.Name.Should().Be("code");
    }

    [Fact]
    public void Create_EmptyVariable_IsNotGiven() =>
        TestService.Create(options => options.Name("code"), environment: new() { ["MICRO_SERVER_NAME"] = "" }).Name.Should().Be("code");

    [Fact]
    public void Create_EnvironmentIgnored_CodeCounts() =>
        TestService.Create(options => options.Name("code").IgnoreEnvironment(), environment: new() { ["MICRO_SERVER_NAME"] = "variable" })
            .Name.Should().Be("code");

    [Fact]
    public void Create_Metadata_MergesPerKey()
    {
        var service = TestService.Create(
            options => options.Metadata("zone", "code").Metadata("rack", "code").Metadata("floor", "code"),
            ["--server_metadata=zone=flag,query=a=b", "--server_metadata", "color=red"],
            new() { ["MICRO_SERVER_METADATA"] = "zone=variable,rack=variable" });

        service.Server.Options.Metadata.Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["zone"] = "flag",
            ["rack"] = "variable",
            ["floor"] = "code",
            ["query"] = "a=b",
            ["color"] = "red",
        });
    }

    [Fact]
    public void Create_MetadataInConfiguration_MayBeASection()
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes("""{"Micro":{"ServerMetadata":{"zone":"a","rack":"7"},"RegistryAddress":["x","y"]}}"""));
        IReadOnlyList<string>? addresses = null;

        var service = TestService.Create(options => options
            .Configuration(new ConfigurationBuilder().AddJsonStream(json).Build())
            .AddRegistry("mine", context =>
            {
                addresses = context.Addresses;
                return MemoryRegistry.Create();
            })
            .UseRegistry("mine"));

        service.Server.Options.Metadata.Should().Contain("zone", "a").And.Contain("rack", "7");
        addresses.Should().Equal("x", "y");
    }

    [Fact]
    public void Create_MembersWithCommas_StayMembers()
    {
        IReadOnlyList<string>? addresses = null;
        var service = TestService.Create(options => options
            .Configuration(Json("""{"Micro":{"ServerMetadata":{"rack":"b,c=d"},"RegistryAddress":["https://u:p,w@x","y"],"ServerAllowedHosts":["a","*.b"],"ServerAllowedOrigins":["https://a"]}}"""))
            .Configuration(Json("""{"Micro":{"ServerMetadata":["row=b,c","zone= a , b "]}}"""))
            .AddRegistry("mine", context =>
            {
                addresses = context.Addresses;
                return MemoryRegistry.Create();
            })
            .UseRegistry("mine"));

        service.Server.Options.Metadata.Should().BeEquivalentTo(new Dictionary<string, string> { ["rack"] = "b,c=d", ["row"] = "b,c", ["zone"] = " a , b " });
        addresses.Should().Equal("https://u:p,w@x", "y");
        service.Server.Options.AllowedHosts.Should().Equal("a", "*.b");
        service.Server.Options.AllowedOrigins.Should().Equal("https://a");
    }

    [Fact]
    public void Create_OriginWithComma_IsOneWrongMember() =>
        TestService.Create(options => options.Configuration(Json("""{"Micro":{"ServerAllowedHosts":["a,b"]}}""")))
            .Invoking(service => service.Client).Should().Throw<MicroConfigurationException>().WithMessage("*'a,b'*(from Micro:ServerAllowedHosts)");

    [Theory]
    [InlineData("""{"Micro":"text"}""", "'Micro' is the text 'text': must be a section of settings")]
    [InlineData("""{"Micro":{"RegisterTtl":["20","30"]}}""", "RegisterTtl must be a single value, not a list or a section (from Micro:RegisterTtl)")]
    [InlineData("""{"Micro":{"ServerName":{"a":"b"}}}""", "ServerName must be a single value, not a list or a section (from Micro:ServerName)")]
    public void Create_WrongShapeInConfiguration_IsAnError(string json, string problem) =>
        TestService.Create(options => options.Configuration(Json(json)))
            .Invoking(service => service.Client).Should().Throw<MicroConfigurationException>().Which.Problems.Should().Equal(problem);

    private static IConfigurationRoot Json(string text)
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return new ConfigurationBuilder().AddJsonStream(json).Build();
    }

    [Fact]
    public void Create_EveryFlagAndVariable_ReachesItsOption()
    {
        var values = new Dictionary<string, string>
        {
            ["server_name"] = "n",
            ["server_version"] = "v",
            ["server_id"] = "i",
            ["server_address"] = "127.0.0.1:7000-7010",
            ["server_advertise"] = "example.org:80",
            ["server_drain_delay"] = "250ms",
            ["server_stream_drain_timeout"] = "4s",
            ["server_allowed_origins"] = "https://a,https://b:8",
            ["server_allowed_hosts"] = "a,*.b",
            ["server_debug"] = "false",
            ["auth_public_key"] = "key",
            ["server_shutdown_timeout"] = "3s",
            ["server_max_message_size"] = "16MiB",
            ["client_request_timeout"] = "1m30s",
            ["client_retries"] = "2",
            ["client_pool_size"] = "7",
            ["client_pool_ttl"] = "00:00:20",
            ["client_pool_close_timeout"] = "1.5s",
            ["client_max_message_size"] = "5000000",
        };
        foreach (var fromFlags in new[] { true, false })
        {
            var arguments = fromFlags ? values.Select(pair => $"--{pair.Key}={pair.Value}").ToArray() : [];
            var variables = fromFlags ? [] : values.ToDictionary(pair => "MICRO_" + pair.Key.ToUpperInvariant(), pair => (string?)pair.Value);
            var client = TestService.ClientOptionsOf(null, arguments, variables);
            var server = TestService.Create(null, arguments, variables).Server.Options;

            server.Should().BeEquivalentTo(new
            {
                Name = "n",
                Version = "v",
                Id = "i",
                Address = "127.0.0.1:7000-7010",
                Advertise = "example.org:80",
                DrainDelay = TimeSpan.FromMilliseconds(250),
                StreamDrainTimeout = TimeSpan.FromSeconds(4),
                AllowedOrigins = new[] { "https://a", "https://b:8" },
                AllowedHosts = new[] { "a", "*.b" },
                DebugHandler = false,
                GrpcReflection = false,
                AuthPublicKey = "key",
                ShutdownTimeout = TimeSpan.FromSeconds(3),
                Limits = new { MaxMessageBytes = 16 * 1024 * 1024 },
            });
            client.Should().BeEquivalentTo(new
            {
                RequestTimeout = TimeSpan.FromSeconds(90),
                Retries = 2,
                PoolSize = 7,
                PoolTtl = TimeSpan.FromSeconds(20),
                PoolCloseTimeout = TimeSpan.FromSeconds(1.5),
                Limits = new { MaxMessageBytes = 5_000_000 },
            });
        }
    }

    [Fact]
    public void Create_ClientDefaults_AreRefinedBySingleSettingsOfAnySource()
    {
        var client = TestService.ClientOptionsOf(
            args: ["--client_defaults=classic"],
            environment: new() { ["MICRO_CLIENT_RETRIES"] = "3" });

        client.Retries.Should().Be(3);
        client.RequestTimeout.Should().Be(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Create_ServersOwnOptions_WinOverTheServices()
    {
        var service = TestService.Create(options => options
            .ServerOptions(server => server.Name = "own")
            .Name("service")
            .Version("2"));

        service.Name.Should().Be("own");
        service.Server.Options.Version.Should().Be("2");
    }

    [Fact]
    public void Create_TwoServices_ShareNothing_R_SVC_2()
    {
        var first = TestService.Create(options => options.Name("first"));
        var second = TestService.Create(options => options.Name("second"));

        first.Registry.Should().NotBeSameAs(second.Registry);
        first.Server.Options.Id.Should().NotBe(second.Server.Options.Id);
    }
}
