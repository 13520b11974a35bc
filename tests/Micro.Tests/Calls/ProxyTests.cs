using Micro.Client;

namespace Micro.Tests.Calls;

/// <summary>Tests the variables that send all calls through a proxy.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData("MICRO_PROXY", "edge", "edge")]
    [InlineData("MICRO_PROXY", "service", "go.micro.proxy")]
    [InlineData("MICRO_NETWORK", "edge", "edge")]
    [InlineData("MICRO_NETWORK", "service", "go.micro.network")]
    public async Task Call_ProxyIsAService_GoesThereWithTheNameOfTheOther(string variable, string value, string proxy)
    {
        await using var service = await StartAsync(proxy, new() { [variable] = value });

        (await service.Client.CallAsync<string, string>("orders", "Orders.Place", "x")).Should().Be("orders");
        (await service.Client.CallAsync<string, string>("orders", "Orders.Place", "x", new CallOptions { Addresses = ["127.0.0.1:1"] })).Should().Be("orders");
    }

    [Theory]
    [InlineData("MICRO_PROXY", "mucp", "orders")]
    [InlineData("MICRO_PROXY", "grpc", "no name")]
    [InlineData("MICRO_NETWORK_ADDRESS", "mucp", "orders")]
    public async Task Call_ProxyIsAnAddress_GoesThereWithoutTheRegistry(string variable, string protocol, string seen)
    {
        await using var proxy = await StartAsync("edge", []);
        await using var caller = TestService.Create(args: [$"--client={protocol}"], environment: new() { [variable] = proxy.Server.Address });

        (await caller.Client.CallAsync<string, string>("orders", "Orders.Place", "x")).Should().Be(seen);
    }

    [Fact]
    public void Create_ProxyBesidesNetwork_ProxyCounts()
    {
        var client = TestService.ClientOptionsOf(environment: new() { ["MICRO_PROXY"] = "edge", ["MICRO_NETWORK"] = "net", ["MICRO_NETWORK_ADDRESS"] = "127.0.0.1:9" });

        client.ProxyService.Should().Be("edge");
        client.ProxyAddress.Should().BeNull();
    }

    [Theory]
    [InlineData("MICRO_PROXY", "127.0.0.1:x", "*'127.0.0.1:x'*host:port*")]
    [InlineData("MICRO_NETWORK_ADDRESS", "nowhere", "*'nowhere'*host:port*")]
    public void Create_NoAddress_IsAnError(string variable, string value, string message) =>
        FluentActions.Invoking(() => TestService.ClientOptionsOf(environment: new() { [variable] = value })).Should().Throw<Exception>().WithMessage(message);

    private static async Task<MicroService> StartAsync(string name, Dictionary<string, string?> environment)
    {
        var service = TestService.Create(options => options.Name(name), environment: environment);
        service.Handle<string, string>("Orders.Place", static (_, context) => Task.FromResult(context.Metadata.TryGetValue("Micro-Service", out var name) ? name : "no name"));
        await service.StartAsync();
        return service;
    }
}
