using Micro.Registry;
using Micro.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.ServiceDiscovery;

namespace Micro.Tests.Http;

/// <summary>.NET's own service discovery over our registries, with real HTTP clients.</summary>
public sealed class ServiceDiscoveryTests : DiscoveryTest
{
    [Fact]
    public async Task GetAsync_ServiceOfTheRegistry_IsFoundByItsName()
    {
        var node = Own(await WebNode.StartAsync("found"));
        var registry = Own(MemoryRegistry.Create());
        await RegisterAsync(registry, node.Node);
        await using var provider = Services(registry);

        (await ClientOf(provider).GetStringAsync("http://orders/")).Should().Be("found");
    }

    [Fact]
    public async Task GetEndpoints_NodesChange_AreResolvedAgain()
    {
        var (first, second) = (Own(await WebNode.StartAsync("first")), Own(await WebNode.StartAsync("second")));
        var registry = Own(MemoryRegistry.Create());
        await RegisterAsync(registry, first.Node);
        await using var provider = Services(registry);
        var resolver = provider.GetRequiredService<ServiceEndpointResolver>();
        var before = await resolver.GetEndpointsAsync("http://orders", CancellationToken.None);
        before.Endpoints.Select(endpoint => endpoint.ToString()).Should().Equal(first.Address);

        await RegisterAsync(registry, second.Node);

        await Eventually.TrueAsync(() => before.ChangeToken.HasChanged, "the change is announced");
        await Eventually.TrueAsync(
            () => resolver.GetEndpointsAsync("http://orders", CancellationToken.None).AsTask().GetAwaiter().GetResult().Endpoints.Count == 2,
            "both nodes are resolved");
    }

    [Fact]
    public async Task GetEndpoints_RegistryGone_KeepsTheNodesKnownLast()
    {
        var node = Own(await WebNode.StartAsync("kept"));
        var registry = new FaultRegistry(Own(MemoryRegistry.Create()));
        await RegisterAsync(registry, node.Node);
        await using var provider = Services(registry);
        var client = ClientOf(provider);
        (await client.GetStringAsync("http://orders/")).Should().Be("kept");

        registry.ReadError = new RegistryUnavailableException("memory", "it is gone");
        registry.CutWatches();

        await Eventually.TrueAsync(() => registry.Reads > 1, "it is read again");
        (await client.GetStringAsync("http://orders/")).Should().Be("kept");
    }

    [Fact]
    public async Task GetEndpoints_NameOfTheConfiguration_ComesFirst()
    {
        var (configured, registered) = (Own(await WebNode.StartAsync("configured")), Own(await WebNode.StartAsync("registered")));
        var registry = Own(MemoryRegistry.Create());
        await RegisterAsync(registry, registered.Node);
        await using var provider = Services(registry, new() { ["Services:orders:http:0"] = configured.Address });

        (await ClientOf(provider).GetStringAsync("http://orders/")).Should().Be("configured");
    }

    [Theory]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://[::1]")]
    public async Task TryCreateProvider_Address_IsLeftAlone(string address)
    {
        await using var provider = Services(Own(MemoryRegistry.Create()));
        ServiceEndpointQuery.TryParse(address, out var query).Should().BeTrue();

        provider.GetServices<IServiceEndpointProviderFactory>().Single(factory => factory.GetType().Namespace!.StartsWith("Micro.", StringComparison.Ordinal))
            .TryCreateProvider(query!, out _).Should().BeFalse();
    }

    private static ServiceProvider Services(IRegistry registry, Dictionary<string, string?>? configuration = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration ?? []).Build());
        services.AddSingleton(registry);
        services.AddServiceDiscovery();
        services.AddMicroServiceEndpointProvider();
        services.AddHttpClient("orders").AddServiceDiscovery();
        return services.BuildServiceProvider();
    }

    private static HttpClient ClientOf(IServiceProvider provider) => provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

    private static Task<Registration> RegisterAsync(IRegistry registry, Node node) =>
        registry.RegisterAsync(new ServiceRecord { Name = "orders", Version = "1", Nodes = [node] }, new RegisterOptions());
}
