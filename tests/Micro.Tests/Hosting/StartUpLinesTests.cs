using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Tests.Hosting;

/// <summary>The lines that users of the original look for.</summary>
public sealed class StartUpLinesTests
{
    [Fact]
    public async Task StartStop_Logs_TheKnownLines()
    {
        using var log = new CapturingLoggerFactory();
        await using var service = TestService.Create(options => options.Name("greeter").Id("1").Logging(log));
        service.Handle<string, string>("Greeter.Hello", static (name, _) => Task.FromResult(name));

        await service.StartAsync();
        var address = service.Server.Address;
        await service.StopAsync();

        var lines = log.Entries.Where(line => line.Level == LogLevel.Information).Select(line => line.Message).ToList();
        lines.Should().ContainInOrder(
            "Starting [service] greeter",
            $"Transport [http] Listening on {address}",
            "Registry [memory] Registering node: greeter-1",
            "Registry [memory] Deregistering node: greeter-1");
    }

    [Fact]
    public async Task Create_SettingWithoutEffect_IsAWarning()
    {
        using var log = new CapturingLoggerFactory();
        await using var registry = Micro.Registry.MemoryRegistry.Create();

        await using var service = TestService.Create(
            options => options.Registry(registry).Logging(log),
            environment: new() { ["MICRO_REGISTRY_ADDRESS"] = "10.0.0.1" });

        log.Entries.Should().Contain(line => line.Level == LogLevel.Warning && line.Message.Contains("registry_address from MICRO_REGISTRY_ADDRESS"));
    }
}
