using System.CommandLine;
using Micro.Registry;
using Micro.Testing;

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
    [InlineData("--broker_address=nats", "unknown flag '--broker_address': --help lists the known ones")]
    [InlineData("--register-ttl=5", "unknown flag '--register-ttl': did you mean '--register_ttl'?")]
    [InlineData("--server_adress=:1", "unknown flag '--server_adress': did you mean '--server_address'?")]
    [InlineData("--server_tls_certificate=x", "unknown flag '--server_tls_certificate': did you mean '--server_tls_cert'?")]
    [InlineData("--server_advertise=host:0", "server advertise 'host:0': the port must be 1 to 65535; omit it to register the listening port (from --server_advertise)")]
    [InlineData("--server_advertise=a..b:1", "server advertise 'a..b:1': 'a..b' is not a host name or an address that can be called (from --server_advertise)")]
    [InlineData("--server_advertise=-x:80", "server advertise '-x:80': '-x' is not a host name or an address that can be called (from --server_advertise)")]
    [InlineData("--server_advertise=224.0.0.1:80", "server advertise '224.0.0.1:80': '224.0.0.1' is not a host name or an address that can be called (from --server_advertise)")]
    [InlineData("--registry", "flag --registry needs a value: --registry=<name>")]
    [InlineData("--register_ttl=-5", "duration '-5' must not be negative (from --register_ttl)")]
    [InlineData("--register_ttl=soon", "'soon' is not a duration: write whole seconds or 500ms, 10s, 1m30s or 00:00:10 (from --register_ttl)")]
    [InlineData("--register_ttl=10:20", "'10:20' is not a duration: write hours, minutes and seconds, 10:20:00, or units, 10h20m (from --register_ttl)")]
    [InlineData("--server_drain_delay=1:2:3:4", "'1:2:3:4' is not a duration: write hours, minutes and seconds, 10:20:00, or units, 10h20m (from --server_drain_delay)")]
    [InlineData("--client_request_timeout=5", "'5' is not a duration: write 500ms, 10s, 1m30s or 00:00:10 (from --client_request_timeout)")]
    [InlineData("--client_request_timeout=0", "client request timeout 00:00:00: must be longer than zero and at most 24 days (from --client_request_timeout)")]
    [InlineData("--client_retries=-1", "number '-1' must not be negative (from --client_retries)")]
    [InlineData("--client_retries=9", "client retries 9: must be 0 to 5 (from --client_retries)")]
    [InlineData("--client_pool_size=many", "'many' is not a whole number (from --client_pool_size)")]
    [InlineData("--server_address=here", "server address 'here': must be host:port, :port or host:min-max (from --server_address)")]
    [InlineData("--server_advertise=a:b:c", "server advertise 'a:b:c': must be host or host:port (from --server_advertise)")]
    [InlineData("--server_metadata=novalue", "metadata 'novalue' must be key=value (from --server_metadata)")]
    [InlineData("--selector_cache_ttl=1ms", "selector cache TTL '1ms' must be 0 or 100ms to 24h (from --selector_cache_ttl)")]
    [InlineData("--registry_address=10.0.0.1", "registry 'memory' has no address: '10.0.0.1' cannot be used (from --registry_address)")]
    public async Task Run_WrongFlag_PrintsOneLineAndReturns2_R_SVC_8(string argument, string line)
    {
        var service = TestService.Create(options => options.Name("greeter"), [argument]);

        var (code, output, error) = await ConsoleCollection.RunAsync(service);

        code.Should().Be(2);
        error.Should().Be($"greeter: {line}{Environment.NewLine}");
        output.Should().BeEmpty();
    }

    [Fact]
    public async Task Run_UnknownFlagWithItsValueBehindIt_IsOneMistake()
    {
        var (code, _, error) = await ConsoleCollection.RunAsync(TestService.Create(options => options.Name("greeter"), ["--regsitry", "mdns"]));

        code.Should().Be(2);
        error.Should().Be($"greeter: unknown flag '--regsitry': did you mean '--registry'?{Environment.NewLine}");
    }

    [Theory]
    [InlineData("--count=x", "--count 'x' must be a whole number")]
    [InlineData("--ratio=x", "--ratio 'x' must be a number")]
    [InlineData("--day=x", "--day 'x' must be one of Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday")]
    [InlineData("--count", "flag --count needs a value: --count=<value>")]
    [InlineData("--checked=7", "seven is not allowed")]
    public async Task Run_WrongFlagOfTheApplication_IsToldInPlainWords(string argument, string line)
    {
        var custom = new Option<int>("--checked");
        custom.Validators.Add(static result => result.AddError("seven is not allowed"));
        var service = TestService.Create(
            options => options.Name("greeter").Flags(new Option<long?>("--count"), new Option<double?>("--ratio"), new Option<DayOfWeek>("--day"), custom), [argument]);

        var (code, _, error) = await ConsoleCollection.RunAsync(service);

        code.Should().Be(2);
        error.Should().Be($"greeter: {line}{Environment.NewLine}");
    }

    [Fact]
    public async Task Run_RegistryRefusesTheRecordForGood_OneLineAndExitCode2()
    {
        var logs = new CapturingLoggerFactory();
        var service = TestService.Create(options => options.Name("greeter").Logging(logs).Registry(new RefusingRegistry()));

        var (code, _, error) = await ConsoleCollection.RunAsync(service);

        code.Should().Be(2);
        error.Should().Be($"greeter: this record never fits{Environment.NewLine}");
        logs.Entries.Should().OnlyContain(static entry => entry.Level < Microsoft.Extensions.Logging.LogLevel.Warning || entry.Message.Contains("no handler"));
    }

    [Theory]
    [InlineData("--registry_address=999.1.1.1")]
    [InlineData("--registry_address=10.0.0.5:8500")]
    public async Task Run_MdnsInterfaceThatCanNeverBe_IsWrongInput(string argument)
    {
        var (code, _, error) = await ConsoleCollection.RunAsync(TestService.Create(options => options.Name("greeter"), ["--registry=mdns", argument]));

        code.Should().Be(2);
        error.Should().Contain($"'{argument.Split('=')[1]}' is not an IP address or the name of a network interface").And.Contain("(from --registry, --registry_address)");
    }

    [Fact]
    public async Task Run_ServiceWithoutName_IsWrongInput()
    {
        var (code, _, error) = await ConsoleCollection.RunAsync(MicroService.Create(static options => options.IgnoreEnvironment().UseMemory()));

        code.Should().Be(2);
        error.Should().Contain("the service has no name to register under: call Name(\"…\") in code, or set --server_name");
    }

    [Fact]
    public async Task Start_ClientWithoutName_WarnsOnce()
    {
        var logs = new CapturingLoggerFactory();
        await using var service = MicroService.Create(options => options.IgnoreEnvironment().UseMemory().ClientOnly().Logging(logs));

        _ = service.Client;
        await service.StartAsync();

        logs.Entries.Should().ContainSingle(static entry => entry.Message.StartsWith("The service has no name"));
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
                options.Registry = MemoryRegistry.Create();
            }))
            .Should().Throw<MicroConfigurationException>().Which.Problems.Should().HaveCount(2);
}
