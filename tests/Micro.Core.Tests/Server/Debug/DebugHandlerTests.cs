using System.Text.Json;
using Micro.Codecs;
using Micro.Server.Handlers;
using Micro.Testing;

namespace Micro.Server.Debug;

public sealed class DebugHandlerTests
{
    [Theory]
    [InlineData(true, "ok")]
    [InlineData(false, "unhealthy")]
    public async Task Health_ReportsWhetherTheServerCanServe(bool healthy, string status)
    {
        var health = Endpoint("Debug.Health", new ServerStatistics(TimeProvider.System), () => healthy);
        (await health.CallAsync("")).Should().Be($"{{\"status\":\"{status}\"}}\n");
        (await health.CallAsync("", codec: MicroCodecs.Protobuf)).Should().Be($"\n{(char)status.Length}{status}");
        health.IsInternal.Should().BeTrue();
    }

    [Fact]
    public async Task Stats_AreCurrentValues_R_SRV_16()
    {
        var time = new ManualTimeProvider();
        var started = time.GetUtcNow().ToUnixTimeSeconds();
        var statistics = new ServerStatistics(time);
        var stats = Endpoint("Debug.Stats", statistics, () => true);
        statistics.CountRequest();
        statistics.CountRequest();
        statistics.CountError();
        time.Advance(TimeSpan.FromSeconds(90));
        var json = JsonDocument.Parse(await stats.CallAsync("{\"service\":\"x\"}")).RootElement;
        Number("started").Should().Be(started);
        Number("timestamp").Should().Be(started + 90);
        Number("uptime").Should().Be(90);
        Number("requests").Should().Be(2);
        Number("errors").Should().Be(1);
        Number("memory").Should().BePositive();
        Number("threads").Should().BePositive();

        long Number(string name) => long.Parse(json.GetProperty(name).GetString()!);
    }

    private static EndpointInvoker Endpoint(string name, ServerStatistics statistics, Func<bool> isHealthy) =>
        DebugHandler.Create(statistics, isHealthy, []).Single(invoker => invoker.Name == name);
}
