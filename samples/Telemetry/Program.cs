// One trace from a client through two services, and the figures of all of them, exported over OTLP:
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317 dotnet run --project samples/Telemetry
// takes any collector or dashboard that speaks OTLP; OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf chooses HTTP, port 4318.
using System.Diagnostics;
using Micro;
using Micro.Registry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TelemetrySample;

using var source = new ActivitySource("TelemetrySample");
using var traces = Sdk.CreateTracerProviderBuilder()
    .ConfigureResource(resource => resource.AddService("telemetry-sample"))
    .AddSource(MicroTelemetry.Name, source.Name)
    .AddOtlpExporter()
    .Build();
using var metrics = Sdk.CreateMeterProviderBuilder()
    .ConfigureResource(resource => resource.AddService("telemetry-sample"))
    .AddMeter(MicroTelemetry.Name)
    .AddOtlpExporter()
    .Build();

await using var registry = Memory.CreateRegistry();
await using var greeter = MicroService.Create(o => o.Name("greeter").Address("127.0.0.1:0").Registry(registry), args);
greeter.Handle(new Greeter());
await greeter.StartAsync();

await using var gateway = MicroService.Create(o => o.Name("gateway").Address("127.0.0.1:0").Registry(registry), args);
gateway.Handle(new Gateway(gateway.Client));
await gateway.StartAsync();

await using var client = MicroClient.Create(o => o.Registry = registry);
foreach (var name in (string[])["Anna", "Bert", ""])
{
    using var span = source.StartActivity("visit");
    try
    {
        var response = await client.CallAsync<HelloRequest, HelloResponse>("gateway", "Gateway.Hello", new HelloRequest(name));
        Console.WriteLine($"{span?.TraceId} {response.Msg}");
    }
    catch (MicroException error)
    {
        Console.WriteLine($"{span?.TraceId} {error.Code} {error.Detail}");
    }
}

// What is asked for its value, as connections and registrations, ends with the services: exported while they live.
metrics.ForceFlush();
