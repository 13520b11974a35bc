// One trace from a web request through two services, and the metrics of all of them, exported over OTLP:
//   OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317 dotnet run --project samples/Telemetry
// works with any collector or dashboard that supports OTLP; OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf chooses HTTP, port 4318.
using System.Diagnostics;
using Micro;
using Micro.Client;
using Micro.Registry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TelemetrySample;

using var source = new ActivitySource("TelemetrySample");
var builder = WebApplication.CreateSlimBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
builder.Services.AddOpenTelemetry()
    .ConfigureResource(resource => resource.AddService("telemetry-sample"))
    .WithTracing(traces => traces.AddSource(MicroTelemetry.Name, source.Name).AddAspNetCoreInstrumentation().AddOtlpExporter())
    .WithMetrics(metrics => metrics.AddMeter(MicroTelemetry.Name).AddAspNetCoreInstrumentation().AddOtlpExporter());
builder.Services.AddSingleton(MemoryRegistry.Create());
foreach (var service in (string[])["greeter", "gateway"])
{
    builder.Services.AddMicro(service, (provider, options) => options.Address("127.0.0.1:0").Registry(provider.GetRequiredService<IRegistry>()));
}

builder.Services.AddMicro("greeter").Handle<Greeter>();
builder.Services.AddMicro("gateway").Handle<Gateway>();

await using var application = builder.Build();
application.MapGet("/hello/{name?}", async (string? name, [FromKeyedServices("gateway")] IMicroClient client) =>
{
    try
    {
        var response = await client.CallAsync<HelloRequest, HelloResponse>("gateway", "Gateway.Hello", new HelloRequest(name ?? ""));
        return response.Msg;
    }
    catch (MicroException error)
    {
        return $"{error.Code} {error.Detail}";
    }
});
await application.StartAsync();

using var browser = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(application.Urls.Single()) };
foreach (var name in (string[])["Anna", "Bert", ""])
{
    using var visit = source.StartActivity("visit");
    Console.WriteLine($"{visit?.TraceId} {await browser.GetStringAsync($"hello/{name}")}");
}

// Connections and registrations are measured at export, while the services still run.
application.Services.GetRequiredService<MeterProvider>().ForceFlush();
await application.StopAsync();
