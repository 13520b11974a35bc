using System.Collections.Concurrent;
using Micro.Registry;
using Micro.Testing;

namespace Micro.Server;

/// <summary>Tests a server with several registries: its state and its stop.</summary>
public sealed class SeveralRegistriesServerTests
{
    [Fact]
    public async Task Health_OneOfTwoIsDown_UpAndRegisteredInPartUntilItIsBack()
    {
        var second = new FaultRegistry(MemoryRegistry.Create()) { WriteError = new RegistryUnavailableException("memory", "down") };
        await using var both = Registries.Combine([MemoryRegistry.Create(), second]);
        await using var fixture = await ServerFixture.StartAsync(static _ => { }, options => options.Registry = both);

        (await HealthAsync(fixture)).Should().Contain("\"status\":\"up\"").And.Contain("\"registered in part\"").And.Contain("RegistryUnavailableException");
        fixture.Server.State.Should().Be(ServerState.Registered);

        second.WriteError = null;
        await Eventually.TrueAsync(async () => (await HealthAsync(fixture)).Contains("\"registered\"", StringComparison.Ordinal), "nothing is missing");
        (await HealthAsync(fixture)).Should().NotContain("error");
        (await second.GetServiceAsync("test"))[0].Nodes[0].Metadata["registry"].Should().Be("memory,memory");
    }

    [Theory]
    [InlineData("memory,mdns", 1500)]
    [InlineData("mdns", 1500)]
    [InlineData("consul", 1500)]
    [InlineData("consul,etcd", 1500)]
    [InlineData("etcd", 500)]
    [InlineData("memory,mdns2", 500)]
    public async Task Stop_OneIsMdnsOrConsul_DrainsAsLongAsItNeeds(string names, int milliseconds)
    {
        var time = new TimerLog();
        await using var registry = Registries.Combine(names.Split(',').Select(name => new ScriptedRegistry { Name = name }), time: time);
        await using var server = new RpcServer(new ServerOptions { Name = "test", Address = "127.0.0.1:0", Registry = registry, TimeProvider = time });
        await server.StartAsync();

        var stopping = server.StopAsync();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(100));
                return stopping.IsCompleted;
            },
            "the server has stopped");

        await stopping;
        time.Timers.Should().Contain(TimeSpan.FromMilliseconds(milliseconds)).And.NotContain(TimeSpan.FromMilliseconds(2000 - milliseconds));
    }

    private static async Task<string> HealthAsync(ServerFixture fixture)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await http.GetStringAsync(new Uri($"http://{fixture.Address}/health"));
    }

    /// <summary>Manual time that records the due times of its timers.</summary>
    private sealed class TimerLog : TimeProvider
    {
        private readonly ManualTimeProvider _time = new();
        private readonly ConcurrentBag<TimeSpan> _timers = [];

        public IEnumerable<TimeSpan> Timers => _timers;

        public override long TimestampFrequency => _time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

        public override long GetTimestamp() => _time.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add(dueTime);
            return _time.CreateTimer(callback, state, dueTime, period);
        }

        public void Advance(TimeSpan by) => _time.Advance(by);
    }
}
