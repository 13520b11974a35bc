using Micro.Registry;

namespace Micro.Tests.Cli;

/// <summary>Wrong input ends with exit code 2 and one line that says what, what would be right, and where it came from.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class WrongInputTests
{
    [Theory]
    [InlineData("--registry=mdsn", "unknown registry 'mdsn': known are consul, etcd, mdns, memory; did you mean 'mdns'? (from --registry)")]
    [InlineData("--server=soap", "unknown server 'soap': known are grpc, mucp, rpc (from --server)")]
    [InlineData("--client=soap", "unknown client 'soap': known are grpc, mucp, rpc (from --client)")]
    [InlineData("--transport=nats", "unknown transport 'nats': known are http (from --transport)")]
    [InlineData("--selector=roundrobbin", "unknown selector 'roundrobbin': known are random, registry, roundrobin; did you mean 'roundrobin'? (from --selector)")]
    [InlineData("--client_defaults=old", "unknown client defaults 'old': known are classic, upstream (from --client_defaults)")]
    [InlineData("--regsitry=mdns", "unknown flag '--regsitry': did you mean '--registry'?")]
    [InlineData("--qqq", "unknown flag '--qqq': --help lists the known ones")]
    [InlineData("stray", "unexpected argument 'stray': flags are written --name=value")]
    [InlineData("--registry", "flag --registry needs a value: --registry=<name>")]
    [InlineData("--register_ttl=-5", "duration '-5' must not be negative (from --register_ttl)")]
    [InlineData("--register_ttl=soon", "'soon' is no duration: write whole seconds or 500ms, 10s, 1m30s or 00:00:10 (from --register_ttl)")]
    [InlineData("--client_request_timeout=5", "'5' is no duration: write 500ms, 10s, 1m30s or 00:00:10 (from --client_request_timeout)")]
    [InlineData("--client_request_timeout=0", "client request timeout 00:00:00: must be longer than zero and at most 24 days (from --client_request_timeout)")]
    [InlineData("--client_retries=-1", "number '-1' must not be negative (from --client_retries)")]
    [InlineData("--client_retries=9", "client retries 9: must be 0 to 5 (from --client_retries)")]
    [InlineData("--client_pool_size=many", "'many' is no whole number (from --client_pool_size)")]
    [InlineData("--server_address=here", "server address 'here': must be host:port, :port or host:min-max (from --server_address)")]
    [InlineData("--server_advertise=a:b:c", "server advertise 'a:b:c': must be host or host:port (from --server_advertise)")]
    [InlineData("--server_metadata=novalue", "metadata 'novalue' must be key=value (from --server_metadata)")]
    [InlineData("--selector_cache_ttl=1ms", "selector cache TTL '1ms' must be 0 or 100ms to 24h (from --selector_cache_ttl)")]
    [InlineData("--registry_address=10.0.0.1", "registry 'memory' has no address: '10.0.0.1' can not be used (from --registry_address)")]
    public async Task Run_WrongFlag_PrintsOneLineAndReturns2_R_SVC_8(string argument, string line)
    {
        var service = TestService.Create(options => options.Name("greeter"), [argument]);

        var (code, output, error) = await ConsoleCollection.RunAsync(service);

        code.Should().Be(2);
        error.Should().Be($"greeter: {line}{Environment.NewLine}");
        output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("MICRO_REGISTRY", "consule")]
    [InlineData("MICRO_REGISTER_INTERVAL", "often")]
    [InlineData("MICRO_LOG_LEVEL", "loud")]
    public async Task Run_WrongVariable_NamesIt(string variable, string value)
    {
        var service = TestService.Create(environment: new() { [variable] = value });

        var (code, _, error) = await ConsoleCollection.RunAsync(service);

        code.Should().Be(2);
        error.Should().Contain($"'{value}'").And.EndWith($"(from {variable}){Environment.NewLine}");
    }

    [Fact]
    public async Task Run_WrongInCode_IsReportedAsWell()
    {
        var service = TestService.Create(options => options.UseRegistry("zookeeper"));

        (await ConsoleCollection.RunAsync(service)).Code.Should().Be(2);
    }

    [Fact]
    public async Task Create_SeveralProblems_AllAreKeptAndThrownAtUse()
    {
        var service = TestService.Create(args: ["--registry=x", "--register_ttl=y", "--zzz"]);

        service.Invoking(it => it.Client).Should().Throw<MicroConfigurationException>().Which.Problems.Should().HaveCount(3);
        service.Invoking(it => it.Registry).Should().Throw<MicroConfigurationException>();
        await service.Invoking(it => it.StartAsync()).Should().ThrowAsync<MicroConfigurationException>();
        service.Invoking(it => it.Handle<string, string>("A.B", (text, _) => Task.FromResult(text))).Should().NotThrow();
    }

    [Fact]
    public void Create_StrongerSourceIsRight_WeakerMistakeDoesNotMatter() =>
        TestService.Create(args: ["--registry=memory"], environment: new() { ["MICRO_REGISTRY"] = "nonsense" })
            .Registry.Name.Should().Be("memory");

    [Fact]
    public void Create_UnknownFlagsIgnored_KnownOnesCount() =>
        TestService.Create(options => options.IgnoreUnknownFlags(), ["--theirs=1", "stray", "--server_name=n"]).Name.Should().Be("n");

    [Fact]
    public void Create_AtFile_IsNoResponseFile() =>
        TestService.Create(args: ["--server_id=@nothing"]).Server.Options.Id.Should().Be("@nothing");

    [Fact]
    public async Task Run_FactoryFails_NamesWhereItCameFrom()
    {
        var service = TestService.Create(
            options => options.AddRegistry("mine", _ => throw new ArgumentException("no such host")),
            ["--registry=mine"]);

        var (code, _, error) = await ConsoleCollection.RunAsync(service);

        code.Should().Be(2);
        error.Should().Contain("no such host (from --registry)");
    }

    [Fact]
    public void MicroServer_WrongOptions_ThrowsAll() =>
        FluentActions.Invoking(() => MicroServer.Create(options =>
            {
                options.Name = "";
                options.Address = "x";
                options.Registry = Memory.CreateRegistry();
            }))
            .Should().Throw<MicroConfigurationException>().Which.Problems.Should().HaveCount(2);
}
