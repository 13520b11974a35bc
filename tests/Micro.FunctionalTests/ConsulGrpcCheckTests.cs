using System.Text.Json;
using Greeter;
using Micro.Registry.Consul;
using Micro.Registry.Consul.Tests.Agents;
using Micro.Testing;

namespace Micro.FunctionalTests;

/// <summary>A real agent asks the health service of a real server, on the port that serves its calls.</summary>
public sealed class ConsulGrpcCheckTests
{
    [SkippableTheory]
    [InlineData(null)]
    [InlineData("greeter")]
    [InlineData("greeter.Greeter")]
    public async Task GrpcCheck_ServedByTheServer_PassesAndFailsWithIt(string? service)
    {
        Skip.If(ConsulBinary.SkipReason is not null, ConsulBinary.SkipReason);
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry(options => options.GrpcCheck = new ConsulGrpcCheck { Service = service, Interval = TimeSpan.FromMilliseconds(200) });
        await using var server = MicroServer.Create(options =>
        {
            (options.Name, options.Address, options.Registry) = ("greeter", "127.0.0.1:0", registry);
            options.DrainDelay = TimeSpan.Zero;
        });
        server.Handle<Request, Response>("Greeter.Hello", (request, _) => Task.FromResult(new Response { Msg = request.Name }));
        await server.StartAsync();

        await Eventually.TrueAsync(async () => await StatusAsync(agent) == "passing", "the check passes", 30);
        await server.StopAsync();
        (await StatusAsync(agent)).Should().BeNull("it is withdrawn");
    }

    [SkippableFact]
    public async Task GrpcCheck_OfAnUnknownService_IsCritical()
    {
        Skip.If(ConsulBinary.SkipReason is not null, ConsulBinary.SkipReason);
        await using var agent = await ConsulAgent.StartAsync();
        await using var registry = agent.CreateRegistry(options => options.GrpcCheck = new ConsulGrpcCheck { Service = "nobody", Interval = TimeSpan.FromMilliseconds(200) });
        await using var server = MicroServer.Create(options => (options.Name, options.Address, options.Registry) = ("greeter", "127.0.0.1:0", registry));
        await server.StartAsync();

        await Eventually.TrueAsync(
            async () => (await agent.GetAsync("/v1/health/service/greeter")).Contains("unknown service", StringComparison.Ordinal), "Consul has the server's answer", 30);

        (await StatusAsync(agent)).Should().Be("critical");
    }

    private static async Task<string?> StatusAsync(ConsulAgent agent)
    {
        using var answer = JsonDocument.Parse(await agent.GetAsync("/v1/health/service/greeter"));
        return answer.RootElement.EnumerateArray()
            .SelectMany(entry => entry.GetProperty("Checks").EnumerateArray())
            .Where(check => check.GetProperty("ServiceName").GetString() == "greeter" && check.GetProperty("Type").GetString() == "grpc")
            .Select(check => check.GetProperty("Status").GetString())
            .FirstOrDefault();
    }
}
