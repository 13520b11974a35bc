using System.Collections.Concurrent;
using System.Text.Json;
using Micro.Registry;
using Micro.Testing;

namespace Micro.InteropTests.Consul;

/// <summary>We send what go-micro sent, request for request, when Consul answers as it did then.</summary>
public sealed class ConsulRequestTests
{
    [Theory]
    [InlineData("register-one", 30)]
    [InlineData("server-default", 60)]
    [InlineData("server-heartbeat", 10)]
    public async Task Register_AsRecorded_SendsTheRecordedRequests(string name, int ttlSeconds)
    {
        var exchanges = ConsulRecording.Exchanges(name);
        await using var server = await ConsulRecording.ReplayAsync(name);
        await using var registry = Create(server);
        var record = ConsulRecording.RecordOf(exchanges[0].Body!.Value);

        // One heartbeat per recorded request, until everything but the deregistration was sent.
        while (Writes().Count < exchanges.Count - 1)
        {
            await registry.RegisterAsync(record, new RegisterOptions { Ttl = TimeSpan.FromSeconds(ttlSeconds) });
        }

        await registry.DeregisterAsync(record);

        Writes().Select(request => (request.Method, request.Target)).Should().Equal(exchanges.Select(exchange => (exchange.Method, exchange.Target)));
        for (var index = 0; index < exchanges.Count; index++)
        {
            if (exchanges[index].Body is { } recorded)
            {
                CompareBodies(Writes()[index].Body, recorded);
            }
        }

        List<ScriptedRequest> Writes() => [.. server.Requests.Where(request => !ConsulRecording.IsLook(request))];
    }

    [Fact]
    public async Task Watch_AsRecorded_AsksWithTheRecordedIndexes()
    {
        var exchanges = ConsulRecording.Exchanges("watch");
        var time = new ManualTimeProvider();
        await using var server = await ConsulRecording.ReplayAsync("watch");
        await using var registry = Create(server, time);
        using var stop = new CancellationTokenSource();
        var seen = new ConcurrentQueue<string>();
        var watching = Task.Run(async () =>
        {
            await foreach (var change in registry.WatchAsync("greeter", stop.Token))
            {
                foreach (var line in change.Service?.Nodes.Select(node => $"{change.Kind} {change.Service.Version} {node.Id}") ?? [$"{change.Kind}"])
                {
                    seen.Enqueue(line);
                }
            }
        });
        // The pause before the next query takes this clock's time, so that the first state is read before the second arrives.
        await Eventually.TrueAsync(() => seen.Contains("Synchronized"), "the first state");
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(150));
                return server.Requests.Count(IsHealth) == exchanges.Count;
            },
            "the recorded queries");
        await stop.CancelAsync();
        await FluentActions.Awaiting(() => watching).Should().ThrowAsync<OperationCanceledException>();

        // Ours bounds the wait; go-micro leaves it to Consul.
        server.Requests.Where(IsHealth).Select(request => request.Target.Replace("&wait=55s", "", StringComparison.Ordinal))
            .Should().Equal(exchanges.Select(exchange => exchange.Target));
        seen.Should().Equal(
            "Create 1.0.0 greeter-node-1",
            "Create 1.0.0 greeter-node-2",
            "Create 2.0.0 greeter-node-3",
            "Synchronized",
            "Delete 1.0.0 greeter-node-2",
            "Delete 1.0.0 greeter-node-1",
            "Create 1.0.0 greeter-node-1",
            "Delete 2.0.0 greeter-node-3",
            "Delete 1.0.0 greeter-node-1");
    }

    [Fact]
    public async Task GetService_AsRecorded_ReadsGoMicrosNodes()
    {
        await using var server = await ConsulRecording.ReplayAsync("get");
        await using var registry = Create(server);

        var found = await registry.GetServiceAsync("greeter");

        server.Requests.Should().ContainSingle().Which.Target.Should().Be("/v1/health/service/greeter?stale=");
        found.SelectMany(record => record.Nodes.Select(node => $"{record.Version} {node.Id} {node.Address} {node.Metadata["protocol"]}")).Should().Equal(
            "1.0.0 greeter-node-1 127.0.0.1:9001 mucp",
            "1.0.0 greeter-node-2 127.0.0.1:9002 mucp",
            "2.0.0 greeter-node-3 127.0.0.1:9003 mucp");
        found[0].Endpoints.Should().ContainSingle().Which.Request!.Values.Should().ContainSingle().Which.Name.Should().Be("name");
    }

    [Fact]
    public async Task GetService_MissingAsRecorded_NotFound_R_REG_14()
    {
        await using var server = await ConsulRecording.ReplayAsync("get-missing");
        await using var registry = Create(server);
        var get = () => registry.GetServiceAsync("nosuch");

        await get.Should().ThrowAsync<ServiceNotFoundException>();
        server.Requests[0].Target.Should().Be("/v1/health/service/nosuch?stale=");
    }

    [Fact]
    public async Task ListServices_AsRecorded_Names()
    {
        await using var server = await ConsulRecording.ReplayAsync("list");
        await using var registry = Create(server);

        var listed = await registry.ListServicesAsync();

        server.Requests.Should().ContainSingle().Which.Target.Should().Be("/v1/catalog/services?stale=");
        listed.Select(record => record.Name).Should().Equal("consul", "greeter");
    }

    private static bool IsHealth(ScriptedRequest request) => request.Target.StartsWith("/v1/health/", StringComparison.Ordinal);

    /// <summary>All members but one: we register as passing (R-CON-7), where go-micro leaves a moment of critical.</summary>
    private static void CompareBodies(string sent, JsonElement recorded)
    {
        using var document = JsonDocument.Parse(sent);
        var ours = document.RootElement;
        ours.EnumerateObject().Select(member => member.Name).Should().BeEquivalentTo(recorded.EnumerateObject().Select(member => member.Name));
        foreach (var member in recorded.EnumerateObject().Where(member => member.Name is not ("Tags" or "Check")))
        {
            ours.GetProperty(member.Name).GetRawText().Should().Be(Compact(member.Value), "{0} must be go-micro's", member.Name);
        }

        var check = ours.GetProperty("Check").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString());
        check.Remove("Status", out var status);
        status.Should().Be("passing");
        check.Should().BeEquivalentTo(recorded.GetProperty("Check").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()));
        ConsulRecording.RecordOf(ours).Should().Be(ConsulRecording.RecordOf(recorded));
        Prefixes(ours).Should().Equal(Prefixes(recorded));
    }

    private static IEnumerable<string> Prefixes(JsonElement body) => body.GetProperty("Tags").EnumerateArray().Select(tag => tag.GetString()![..2]);

    private static string Compact(JsonElement element) => JsonSerializer.Serialize(element);

    private static IRegistry Create(ScriptedHttpServer server, TimeProvider? time = null) => Micro.Registry.Consul.ConsulRegistry.Create(
        options =>
        {
            options.Environment = new Dictionary<string, string?>();
            options.Addresses.Add(server.Address);
        },
        timeProvider: time);
}
