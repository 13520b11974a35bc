using Micro.Registry.Consul.Http;
using Micro.Registry.Consul.Records;
using Micro.Testing;

namespace Micro.Registry.Consul.Tests.Records;

/// <summary>Which entries of a health answer become nodes.</summary>
public sealed class HealthReaderTests
{
    private readonly CapturingLoggerFactory _log = new();

    [Theory]
    [InlineData(false, "passing", true)]
    [InlineData(false, "warning", true)]
    [InlineData(false, "critical", false)]
    [InlineData(true, "passing", true)]
    [InlineData(true, "warning", false)]
    public void Read_StateOfAnyCheck_Decides_R_CON_11(bool passingOnly, string state, bool isFound)
    {
        var read = Read(passingOnly, Entry("n", checks: ["passing", state]));

        read.Should().HaveCount(isFound ? 1 : 0);
    }

    [Fact]
    public void Read_ForeignInstance_UsesMetaAndTheNodesAddress_R_CON_10()
    {
        var entry = new HealthEntry
        {
            Node = new HealthNode { Address = "10.0.0.9" },
            Service = new HealthService { Id = "web-1", Address = "", Port = 80, Tags = ["blue"], Meta = new() { ["version"] = "7", ["zone"] = "a" } },
        };

        var record = Read(false, entry).Should().ContainSingle().Which;

        record.Version.Should().Be("7");
        record.Nodes[0].Address.Should().Be("10.0.0.9:80");
        record.Nodes[0].Metadata["zone"].Should().Be("a");
    }

    [Fact]
    public void Read_InstanceOfANameInAnotherCase_IsLeftOut_ButNotAConnectProxy()
    {
        var other = new HealthEntry { Service = new HealthService { Id = "n", Service = "Greeter", Address = "127.0.0.1", Port = 1 } };

        Read(false, other).Should().BeEmpty();
        new HealthReader(new ConsulRegistryOptions { Connect = true }, ConsulBackend.SkipsTo(_log.CreateLogger(""), TimeProvider.System)).Read("greeter", [other]).Records.Should().ContainSingle();
    }

    [Fact]
    public void Read_SameIdTwice_TheYoungestCounts()
    {
        var read = Read(false, Entry("n", port: 2, index: 9), Entry("n", port: 1, index: 3));

        read.Should().ContainSingle().Which.Nodes.Should().ContainSingle().Which.Address.Should().Be("127.0.0.1:2");
    }

    [Fact]
    public void Read_PoisonAmongGoodOnes_SkippedAndLoggedOnce_S7()
    {
        var entries = Enumerable.Range(0, 99).Select(index => (HealthEntry?)Entry($"n-{index}")).Append(Entry("poison", port: 0)).Append(null).ToList();
        var reader = Reader(false);
        for (var round = 0; round < 100; round++)
        {
            reader.Read("greeter", entries).Records.Should().ContainSingle().Which.Nodes.Should().HaveCount(99);
        }

        _log.Entries.Should().ContainSingle().Which.Id.Id.Should().Be(4020);
    }

    private static HealthEntry Entry(string id, int port = 1, ulong index = 0, params string[] checks) => new()
    {
        Service = new HealthService { Id = id, Address = "127.0.0.1", Port = port, ModifyIndex = index },
        Checks = [.. checks.Select(state => new HealthCheck { Status = state })],
    };

    private IReadOnlyList<ServiceRecord> Read(bool passingOnly, params HealthEntry[] entries) => Reader(passingOnly).Read("greeter", entries).Records;

    private HealthReader Reader(bool passingOnly) =>
        new(new ConsulRegistryOptions { PassingOnly = passingOnly }, ConsulBackend.SkipsTo(_log.CreateLogger(""), TimeProvider.System));
}
