using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Http;

/// <summary>What is asked of an agent, seen from the agent.</summary>
public sealed class ConsulRequestTests
{
    private const string Canary = "canary-7f3a";

    [Fact]
    public async Task GetService_WrongTokenAskedOften_OneRequest_S22()
    {
        await using var server = await ScriptedHttpServer.StartAsync(_ => new ScriptedAnswer(403, "ACL not found"));
        await using var registry = Create(server);
        for (var round = 0; round < 50; round++)
        {
            await FluentActions.Awaiting(() => registry.GetServiceAsync("greeter")).Should().ThrowAsync<RegistryDeniedException>();
            await FluentActions.Awaiting(async () => await registry.WatchAsync("greeter").GetAsyncEnumerator().MoveNextAsync()).Should().ThrowAsync<RegistryDeniedException>();
        }

        server.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task EveryRequest_Secrets_InHeadersOnly_S23()
    {
        var log = new CapturingLoggerFactory();
        await using var server = await ScriptedHttpServer.StartAsync(request =>
            request.Target.StartsWith("/v1/agent/health/", StringComparison.Ordinal) ? new ScriptedAnswer(404) : new ScriptedAnswer(500, "no leader"));
        ConsulRegistryOptions? made = null;
        await using var registry = Create(
            server,
            options =>
            {
                made = options;
                options.Token = Canary;
                options.BasicAuthentication = "user:" + Canary;
            },
            log);
        var failure = (await FluentActions.Awaiting(() => registry.GetServiceAsync("greeter")).Should().ThrowAsync<RegistryUnavailableException>()).Which;
        await FluentActions.Awaiting(() => registry.RegisterAsync(Record(), new RegisterOptions())).Should().ThrowAsync<RegistryUnavailableException>();

        server.Requests.Should().OnlyContain(request => !request.Target.Contains(Canary) && !request.Body.Contains(Canary));
        server.Requests[0].Headers["X-Consul-Token"].Should().Be(Canary);
        server.Requests[0].Headers["Authorization"].Should().StartWith("Basic ");
        failure.ToString().Should().NotContain(Canary);
        made!.ToString().Should().NotContain(Canary).And.Contain("***");
        log.Entries.Should().OnlyContain(entry => !entry.Message.Contains(Canary));
    }

    [Fact]
    public async Task GetService_AllReadOptions_AreInTheQuery_R_CON_11()
    {
        await using var server = await ScriptedHttpServer.StartAsync(_ => new ScriptedAnswer(200, "[]"));
        await using var registry = Create(server, options =>
        {
            options.PassingOnly = true;
            options.Filter = "Service.Meta.zone == \"a\"";
            options.Datacenter = "dc2";
            options.Namespace = "team";
            options.Partition = "part";
            options.Consistency = ConsulConsistency.Consistent;
            options.Connect = true;
            options.ServiceNamePrefix = "prod/";
        });
        await FluentActions.Awaiting(() => registry.GetServiceAsync("gree ter")).Should().ThrowAsync<ServiceNotFoundException>();

        server.Requests[0].Target.Should().Be(
            "/v1/health/connect/prod%2Fgree%20ter?consistent=&dc=dc2&filter=Service.Meta.zone%20%3D%3D%20%22a%22&ns=team&partition=part&passing=");
    }

    [Fact]
    public async Task GetService_StaleForTooLong_AsksTheLeader()
    {
        var stale = new Dictionary<string, string> { ["X-Consul-LastContact"] = "120000" };
        await using var server = await ScriptedHttpServer.StartAsync(_ => new ScriptedAnswer(200, "[]", stale));
        await using var registry = Create(server);
        await FluentActions.Awaiting(() => registry.GetServiceAsync("greeter")).Should().ThrowAsync<ServiceNotFoundException>();

        server.Requests.Take(2).Select(request => request.Target).Should().Equal("/v1/health/service/greeter?stale=", "/v1/health/service/greeter");
    }

    [Fact]
    public async Task GetService_FirstAgentDead_NextAnswers_R_CON_3()
    {
        await using var server = await ScriptedHttpServer.StartAsync(_ => new ScriptedAnswer(200, """{"consul":[],"greeter":[]}"""));
        await using var registry = ConsulRegistry.Create(options =>
        {
            options.Environment = new Dictionary<string, string?>();
            options.Addresses.Add("127.0.0.1:1");
            options.Addresses.Add(server.Address);
        });

        (await registry.ListServicesAsync()).Should().HaveCount(2);
        server.Requests.Should().OnlyContain(request => request.Target == "/v1/catalog/services?stale=", "probing must not need other rights (R-CON-2)");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"a\":1}")]
    [InlineData("[{\"Service\":5}]")]
    public async Task GetService_AnswerIsNoHealthList_Unavailable(string body)
    {
        await using var server = await ScriptedHttpServer.StartAsync(_ => new ScriptedAnswer(200, body));
        await using var registry = Create(server);

        await FluentActions.Awaiting(() => registry.GetServiceAsync("greeter")).Should().ThrowAsync<RegistryUnavailableException>();
    }

    [Fact]
    public async Task GetService_RedirectedElsewhere_IsNotFollowed_S23()
    {
        await using var thief = await ScriptedHttpServer.StartAsync(_ => new ScriptedAnswer(200, "[]"));
        await using var server = await ScriptedHttpServer.StartAsync(_ => new ScriptedAnswer(307, "", new Dictionary<string, string> { ["Location"] = $"http://{thief.Address}/" }));
        await using var registry = Create(server, options => options.Token = Canary);

        await FluentActions.Awaiting(() => registry.GetServiceAsync("greeter")).Should().ThrowAsync<RegistryUnavailableException>();
        thief.Requests.Should().BeEmpty("the token would go with it");
    }

    [Fact]
    public async Task Register_ConsulRefusesTheRecord_ArgumentException()
    {
        await using var server = await ScriptedHttpServer.StartAsync(request =>
            request.Method == "GET" ? new ScriptedAnswer(404) : new ScriptedAnswer(400, "Invalid Service Meta"));
        await using var registry = Create(server);

        await FluentActions.Awaiting(() => registry.RegisterAsync(Record(), new RegisterOptions())).Should().ThrowAsync<ArgumentException>().WithMessage("*Invalid Service Meta*");
    }

    [Fact]
    public async Task Register_PassFailsAfterwards_IsTriedInFullNextTime_R_CON_8()
    {
        var passes = new Queue<int>([500, 200, 200]);
        var isStored = false;
        await using var server = await ScriptedHttpServer.StartAsync(request =>
        {
            if (request.Method == "GET")
            {
                return isStored
                    ? new ScriptedAnswer(200, """{"AggregatedStatus":"passing","Service":{"Address":"127.0.0.1","Port":9001}}""")
                    : new ScriptedAnswer(404);
            }

            isStored = true;
            return new ScriptedAnswer(request.Target.Contains("/check/pass/") ? passes.Dequeue() : 200);
        });
        await using var registry = Create(server);
        var options = new RegisterOptions { Ttl = TimeSpan.FromSeconds(30) };
        await FluentActions.Awaiting(() => registry.RegisterAsync(Record(), options)).Should().ThrowAsync<RegistryUnavailableException>();

        await registry.RegisterAsync(Record(), options);
        await registry.RegisterAsync(Record(), options);

        server.Requests.Select(request => request.Target.Split('/')[3]).Should().Equal(
            ["health", "service", "check", "health", "service", "check", "health", "check"], "the place is looked at before its check is passed");
    }

    [Fact]
    public async Task Register_ActiveCheck_NeverPassedAndLookedForAfter30Seconds_R_CON_5()
    {
        var time = new ManualTimeProvider();
        await using var server = await ScriptedHttpServer.StartAsync(request => request.Method == "GET" ? new ScriptedAnswer(404) : new ScriptedAnswer(200));
        await using var registry = Create(server, options => options.TcpCheck = new ConsulTcpCheck { Interval = TimeSpan.FromSeconds(10) }, time: time);
        var options = new RegisterOptions { Ttl = TimeSpan.FromSeconds(30) };
        var first = await registry.RegisterAsync(Record(), options);
        await registry.RegisterAsync(Record(), options);
        server.Requests.Should().HaveCount(2, "Consul checks the node itself");

        time.Advance(TimeSpan.FromSeconds(31));
        await registry.RegisterAsync(Record(), options);

        server.Requests.Select(request => request.Target).Should().Equal(
            "/v1/agent/health/service/id/greeter-1?format=json",
            "/v1/agent/service/register",
            "/v1/agent/health/service/id/greeter-1?format=json",
            "/v1/agent/service/register");
        await Eventually.TrueAsync(() => first.Lost.IsCancellationRequested, "notice of the loss");
    }

    private static ServiceRecord Record() => new()
    {
        Name = "greeter",
        Version = "1",
        Nodes = [new Node { Id = "greeter-1", Address = "127.0.0.1:9001" }],
    };

    private static IRegistry Create(
        ScriptedHttpServer server, Action<ConsulRegistryOptions>? configure = null, CapturingLoggerFactory? log = null, TimeProvider? time = null) => ConsulRegistry.Create(
        options =>
        {
            options.Environment = new Dictionary<string, string?>();
            options.Addresses.Add(server.Address);
            configure?.Invoke(options);
        },
        log,
        time);
}
