using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Micro.FunctionalTests;

/// <summary>The sample that exports over OTLP, against a collector that keeps what it gets.</summary>
public sealed partial class TelemetrySampleTests
{
    [Fact]
    public async Task Telemetry_ExportsTracesAndMetricsOfTwoServices()
    {
        var received = new ConcurrentQueue<(string Path, byte[] Body)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.Enqueue((request.Path, body.ToArray()));
            return Results.Bytes([], "application/x-protobuf");
        });
        await collector.StartAsync();
        using var process = GreeterProcess.StartSample(
            "Telemetry.dll",
            new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.Single(), ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" });

        (await process.WaitForExitAsync()).Should().Be(0, "it said: {0}", string.Join('\n', process.Errors));

        await Testing.Eventually.TrueAsync(() => process.Output.Count >= 3, "its three lines");
        process.Output[0].Should().EndWith(" Hello Anna");
        process.Output[2].Should().EndWith(" 400 a name is required");
        var traces = Text(received, "/v1/traces");
        traces.Should().ContainAll("gateway/Gateway.Hello", "greeter/Greeter.Hello", "rpc.system.name", "micro.selector.select", "micro.registry.register");
        var trace = Encoding.Latin1.GetString(Convert.FromHexString(TraceId().Match(process.Output[0]).Value));
        (traces.Split(trace).Length - 1).Should().Be(6, "the visit, the web request, two calls and two answers are one trace");
        Text(received, "/v1/metrics").Should().ContainAll("rpc.client.call.duration", "rpc.server.call.duration", "micro.client.connections", "micro.registration.state", "micro.selector.nodes");
    }

    private static string Text(IEnumerable<(string Path, byte[] Body)> received, string path) =>
        string.Concat(received.Where(request => request.Path == path).Select(request => Encoding.Latin1.GetString(request.Body)));

    [GeneratedRegex("^[0-9a-f]{32}")]
    private static partial Regex TraceId();
}
