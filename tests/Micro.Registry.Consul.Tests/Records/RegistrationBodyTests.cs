using System.Text.Json;
using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Micro.Registry.Consul.Registering;
using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Records;

/// <summary>Checks, Meta and ids of a registration.</summary>
public sealed class RegistrationBodyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(30, "30s", "1m5s")]
    [InlineData(59, "59s", "1m5s")]
    [InlineData(60, "1m0s", "1m5s")]
    [InlineData(90, "1m30s", "1m35s")]
    [InlineData(3600, "1h0m0s", "1h0m5s")]
    [InlineData(0.5, "500ms", "1m5s")]
    public void Check_Ttl_WrittenAsGoDoes(double seconds, string ttl, string deregisterAfter)
    {
        var check = Create(new ConsulRegistryOptions(), TimeSpan.FromSeconds(seconds)).Check!;

        (check.Ttl, check.DeregisterCriticalServiceAfter, check.Status).Should().Be((ttl, deregisterAfter, "passing"));
    }

    [Fact]
    public void Check_FirstKindThatIsSet_Wins_R_CON_5()
    {
        var options = new ConsulRegistryOptions
        {
            GrpcCheck = new ConsulGrpcCheck { Interval = 10 * Second, Service = "greeter", UseTls = true },
        };
        Text(options).Should().Be("""{"Interval":"10s","Status":"passing","GRPC":"10.0.0.1:9001/greeter","GRPCUseTLS":true,"DeregisterCriticalServiceAfter":"1m5s"}""");

        options.HttpCheck = new ConsulHttpCheck { Url = "http://{host}:8080/health", Interval = 10 * Second, Timeout = 5 * Second };
        Text(options).Should().Be("""{"Interval":"10s","Timeout":"5s","HTTP":"http://10.0.0.1:8080/health","Status":"passing","DeregisterCriticalServiceAfter":"1m5s"}""");

        options.TcpCheck = new ConsulTcpCheck { Interval = 90 * Second };
        options.DeregisterCriticalAfter = TimeSpan.FromMinutes(10);
        Text(options).Should().Be("""{"Interval":"1m30s","TCP":"10.0.0.1:9001","Status":"passing","DeregisterCriticalServiceAfter":"10m0s"}""");

        static string Text(ConsulRegistryOptions options) =>
            JsonSerializer.Serialize(Create(options, 30 * Second).Check, ConsulJsonContext.Default.CheckDefinition);
    }

    [Fact]
    public void Check_NoTtlAndNoCheck_NoneWithOneWarning()
    {
        var log = new CapturingLoggerFactory();
        var bodies = new RegistrationBodies(new ConsulRegistryOptions(), log.CreateLogger(""));

        bodies.Create("n", Record(), TimeSpan.Zero).Check.Should().BeNull();
        bodies.Create("n", Record(), TimeSpan.Zero);

        log.Entries.Should().ContainSingle().Which.Id.Id.Should().Be(4007);
    }

    [Fact]
    public void Meta_BeyondConsulsLimits_StandsInTagsOnly_R_CON_9()
    {
        var metadata = new Dictionary<string, string>
        {
            ["ok_Key-1"] = "v",
            ["dotted.key"] = "v",
            ["consul-reserved"] = "v",
            [new string('k', 129)] = "v",
            ["long"] = new string('v', 513),
        };
        var log = new CapturingLoggerFactory();
        var options = new ConsulRegistryOptions();
        options.Meta["extra"] = "yes";
        var body = new RegistrationBodies(options, log.CreateLogger("")).Create("n", Record(metadata), 30 * Second);

        body.Meta.Should().BeEquivalentTo(new Dictionary<string, string> { ["ok_Key-1"] = "v", ["extra"] = "yes" });
        TagReader.Read(body.Tags).Metadata.Should().BeEquivalentTo(metadata);
        log.Entries.Should().ContainSingle().Which.Id.Id.Should().Be(4009);
    }

    [Theory]
    [InlineData("{id}", "greeter-1")]
    [InlineData("{service}-{ip}-{port}", "greeter-10.0.0.1-9001")]
    public void NodeId_FollowsTheFormat_R_CON_1(string format, string expected) =>
        NodeIds.Format(format, "greeter", Record().Nodes[0]).Should().Be(expected);

    private static ServiceRegistration Create(ConsulRegistryOptions options, TimeSpan ttl) =>
        new RegistrationBodies(options, new CapturingLoggerFactory().CreateLogger("")).Create("n", Record(), ttl);

    private static ServiceRecord Record(IReadOnlyDictionary<string, string>? metadata = null) => new()
    {
        Name = "greeter",
        Version = "1",
        Nodes = [new Node { Id = "greeter-1", Address = "10.0.0.1:9001", Metadata = metadata ?? new Dictionary<string, string>() }],
    };
}
