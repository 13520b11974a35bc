using System.Diagnostics;
using Micro.Registry;
using Micro.Server;
using Micro.Server.Registrations;
using Micro.Testing;

namespace Micro.Telemetry;

/// <summary>Tests the metrics.</summary>
[Collection(TelemetryCollection.Name)]
public sealed class MetricsTests
{
    [Fact]
    public async Task Call_MetricsOnly_AreMeasuredInSecondsWithFewTags()
    {
        await using var fixture = await ServerFixture.StartAsync(server => server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text)));
        using var listener = new TelemetryListener(spans: false);

        await fixture.CallAsync<string, string>("Test.Echo", "x");

        var client = listener.Of(MicroTelemetry.ClientCallDuration).Should().ContainSingle().Which;
        client.Unit.Should().Be("s");
        client.Value.Should().BeInRange(0, 60);
        client.Tags.Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["rpc.system.name"] = "go_micro",
            ["rpc.method"] = "test/Test.Echo",
            ["server.address"] = "test",
            ["rpc.response.status_code"] = "200",
        });
        var server = listener.Of(MicroTelemetry.ServerCallDuration).Should().ContainSingle().Which;
        server.Unit.Should().Be("s");
        server.Tags.Should().BeEquivalentTo(new Dictionary<string, object?>
        {
            ["rpc.system.name"] = "go_micro",
            ["rpc.method"] = "test/Test.Echo",
            ["network.protocol.name"] = "http",
            ["network.protocol.version"] = "1.1",
            ["rpc.response.status_code"] = "200",
        });
        listener.Spans.Should().BeEmpty();
    }

    [Fact]
    public async Task Connections_AreCountedByState_UntilTheyAreClosed()
    {
        await using var fixture = await ServerFixture.StartAsync((server) => server.Handle<string, string>("Test.Echo", (text, _) => Task.FromResult(text)));
        using var listener = new TelemetryListener(spans: false);
        await fixture.CallAsync<string, string>("Test.Echo", "x");

        // Other clients of the process have their own figures beside this one's: only this one has connections.
        Last(listener, "idle").Should().Be(1);
        Last(listener, "used").Should().Be(0);
        listener.Of(MicroTelemetry.ClientConnectionsOpened, ("micro.outcome", "opened")).Should().ContainSingle();

        await fixture.CallAsync<string, string>("Test.Echo", "x", new() { CloseConnection = true });
        Last(listener, "idle").Should().Be(1, "the other one is closed again");
        Last(listener, "used").Should().Be(0);
        await fixture.Client.DisposeAsync();
        Last(listener, "idle").Should().Be(0);
    }

    [Fact]
    public async Task Registration_ItsStateAndItsTries_AreMeasured()
    {
        await using var fixture = new LoopFixture(options => options.Name = "measured");
        using var listener = new TelemetryListener();
        using var ambient = new Activity("start of the program").Start();
        await fixture.StartRegisteredAsync();
        States(listener).Should().BeEquivalentTo(new Dictionary<string, double> { ["not_registered"] = 0, ["registered"] = 1, ["lost"] = 0, ["draining"] = 0 });
        Connected(listener).Should().Be(1);

        fixture.FailRegistering();
        fixture.Loop.Refresh();
        await Eventually.TrueAsync(() => fixture.Loop.State == ServerState.Lost, "the registration is lost");
        States(listener)["lost"].Should().Be(1);
        Connected(listener).Should().Be(0);
        await fixture.Loop.StopAsync(CancellationToken.None);
        States(listener)["draining"].Should().Be(1);

        var tags = ("micro.service", (object?)"measured");
        listener.Of(MicroTelemetry.RegistryOperationDuration, tags, ("micro.registry.operation", "register"), ("error.type", null))
            .Should().ContainSingle().Which.Tags["micro.registry.name"].Should().Be(fixture.Registry.Name);
        listener.Of(MicroTelemetry.RegistryOperationDuration, tags, ("micro.registry.operation", "register"), ("error.type", typeof(RegistryUnavailableException).FullName))
            .Should().NotBeEmpty();
        listener.Of(MicroTelemetry.RegistryOperationDuration, tags, ("micro.registry.operation", "deregister")).Should().ContainSingle();
        var spans = listener.Spans.Where(span => span.GetTagItem("micro.service") as string == "measured").ToList();
        spans.Select(span => span.DisplayName).Should().StartWith("micro.registry.register").And.EndWith("micro.registry.deregister");
        spans.Should().OnlyContain(span => span.ParentId == null && span.Kind == ActivityKind.Client);
        (spans[1].Status, spans[1].GetTagItem("error.type")).Should().Be((ActivityStatusCode.Error, typeof(RegistryUnavailableException).FullName));
    }

    private static double Last(TelemetryListener listener, string state)
    {
        var before = listener.Figures.Count;
        listener.Observe();
        return listener.Figures.Skip(before)
            .Where(figure => figure.Instrument == MicroTelemetry.ClientConnections && figure.Tags["micro.connection.state"] as string == state)
            .Sum(figure => figure.Value);
    }

    private static Dictionary<string, double> States(TelemetryListener listener)
    {
        var before = listener.Figures.Count;
        listener.Observe();
        return listener.Figures.Skip(before)
            .Where(figure => figure.Instrument == MicroTelemetry.RegistrationState && figure.Tags["micro.service"] as string == "measured")
            .ToDictionary(figure => (string)figure.Tags["micro.registration.state"]!, figure => figure.Value);
    }

    private static double Connected(TelemetryListener listener)
    {
        listener.Observe();
        return listener.Of(MicroTelemetry.RegistryConnected, ("micro.service", "measured"))[^1].Value;
    }
}
