using Micro.Http;
using Micro.Registry;
using Micro.Selection;
using Micro.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Tests.Http;

/// <summary>Discovery from dependency injection: where the registry comes from, and who owns what.</summary>
public sealed class AddMicroDiscoveryTests : DiscoveryTest
{
    private readonly ServiceCollection _services = [];

    [Fact]
    public async Task GetAsync_RegistryOfTheProvider_IsUsed()
    {
        _services.AddSingleton(await RegistryWithAsync("orders", "by registry"));
        _services.AddHttpClient("orders").AddMicroDiscovery();
        await using var provider = _services.BuildServiceProvider();

        (await GetAsync(provider)).Should().Be("by registry");
    }

    [Fact]
    public async Task GetAsync_SelectorOfTheProvider_ComesBeforeItsRegistry()
    {
        var node = Own(await WebNode.StartAsync("by selector"));
        _services.AddSingleton(await RegistryWithAsync("orders", "by registry"));
        _services.AddSingleton<ISelector>(new FixedSelector { Nodes = [node.Node] });
        _services.AddHttpClient("orders").AddMicroDiscovery();
        await using var provider = _services.BuildServiceProvider();

        (await GetAsync(provider)).Should().Be("by selector");
    }

    [Fact]
    public async Task GetAsync_MicroServiceOfTheProvider_SharesItsSelector()
    {
        var registry = new FaultRegistry(await RegistryWithAsync("orders", "by service"));
        var service = Own(MicroService.Create(options => options.Registry(registry).IgnoreEnvironment()));
        await service.Selector.PickAsync("orders", SelectOptions.Default);
        _services.AddSingleton(service);
        _services.AddSingleton(await RegistryWithAsync("orders", "by registry"));
        _services.AddHttpClient("orders").AddMicroDiscovery();
        await using var provider = _services.BuildServiceProvider();

        (await GetAsync(provider)).Should().Be("by service");

        // The watch opens beside the first lookup.
        await Eventually.TrueAsync(() => registry.WatchesOpened > 0, "the watch");
        registry.WatchesOpened.Should().Be(1);
    }

    [Fact]
    public async Task GetAsync_SettingsOfItsOwn_ComeBeforeTheProviders()
    {
        _services.AddSingleton(await RegistryWithAsync("orders", "theirs"));
        var own = await RegistryWithAsync("orders", "own");
        _services.AddMicroDiscovery(options => options.IgnoreEnvironment().Registry(own));
        _services.AddHttpClient("orders").AddMicroDiscovery();
        await using var provider = _services.BuildServiceProvider();

        (await GetAsync(provider)).Should().Be("own");
    }

    [Fact]
    public async Task GetAsync_TwoClientsWithKeys_UseTheirRegistries()
    {
        _services.AddKeyedSingleton("east", await RegistryWithAsync("orders", "from east"));
        _services.AddKeyedSingleton("west", await RegistryWithAsync("orders", "from west"));
        _services.AddHttpClient("one").AddMicroDiscovery(options => options.ServiceKey = "east");
        _services.AddHttpClient("two").AddMicroDiscovery(options => options.ServiceKey = "west");
        await using var provider = _services.BuildServiceProvider();

        (await GetAsync(provider, "one")).Should().Be("from east");
        (await GetAsync(provider, "two")).Should().Be("from west");
    }

    [Fact]
    public void CreateClient_UnknownKey_NamesIt()
    {
        _services.AddHttpClient("orders").AddMicroDiscovery(options => options.ServiceKey = "north");
        using var provider = _services.BuildServiceProvider();

        var act = () => Create(provider, "orders");

        act.Should().Throw<MicroConfigurationException>().WithMessage("*'north'*");
    }

    [Fact]
    public async Task GetAsync_Alone_TakesTheRegistryFromTheConfiguration()
    {
        _services.AddSingleton<IConfiguration>(Settings(("Micro:Registry", "memory")));
        _services.AddMicroDiscovery(options => options.IgnoreEnvironment());
        _services.AddHttpClient("orders").AddMicroDiscovery();
        await using var provider = _services.BuildServiceProvider();

        var act = () => GetAsync(provider);

        await act.Should().ThrowAsync<HttpRequestException>().WithMessage("*registry memory knows no node*");
    }

    [Fact]
    public async Task GetAsync_Alone_TakesTheRegistryFromTheEnvironment()
    {
        var registry = await RegistryWithAsync("orders", "chosen by variable");
        _services.AddMicroDiscovery(options => options
            .AddRegistry("mine", _ => registry)
            .Environment(new Dictionary<string, string?> { ["MICRO_REGISTRY"] = "mine" }));
        _services.AddHttpClient("orders").AddMicroDiscovery();
        await using var provider = _services.BuildServiceProvider();

        (await GetAsync(provider)).Should().Be("chosen by variable");
    }

    [Fact]
    public void CreateClient_WrongSettings_NamesTheKey()
    {
        _services.AddSingleton<IConfiguration>(Settings(("Micro:Registry", "cnsul")));
        _services.AddMicroDiscovery(options => options.IgnoreEnvironment());
        _services.AddHttpClient("orders").AddMicroDiscovery();
        using var provider = _services.BuildServiceProvider();

        var act = () => Create(provider, "orders");

        act.Should().Throw<MicroConfigurationException>().WithMessage("unknown registry 'cnsul'*did you mean 'consul'?*Micro:Registry*");
    }

    [Fact]
    public async Task Dispose_OfAHandler_LeavesTheSelectorToTheNext()
    {
        _services.AddSingleton(await RegistryWithAsync("orders", "still there"));
        _services.AddHttpClient("orders").AddMicroDiscovery();
        await using var provider = _services.BuildServiceProvider();
        var source = provider.GetRequiredService<DiscoverySource>();
        for (var rotation = 0; rotation < 3; rotation++)
        {
            using var handler = source.CreateHandler("orders");
            handler.InnerHandler = new SocketsHttpHandler { UseProxy = false };
            using var client = new HttpClient(handler);

            (await client.GetStringAsync(new Uri("http://orders/"))).Should().Be("still there");
        }
    }

    [Fact]
    public async Task Dispose_OfTheProvider_EndsTheWatchesItStartedAndNotTheRegistry()
    {
        var registry = new FaultRegistry(await RegistryWithAsync("orders", "ok"));
        _services.AddSingleton<IRegistry>(registry);
        _services.AddHttpClient("orders").AddMicroDiscovery();
        var provider = _services.BuildServiceProvider();
        await GetAsync(provider);
        await Eventually.TrueAsync(() => registry.OpenWatches == 1, "the selector watches");

#pragma warning disable CA1849, MA0042, VSTHRD103 // many programs dispose their provider like this
        provider.Dispose();
#pragma warning restore CA1849, MA0042, VSTHRD103

        await Eventually.TrueAsync(() => registry.OpenWatches == 0, "the watch ended");
        (await registry.GetServiceAsync("orders")).Should().ContainSingle();
    }

    [Fact]
    public async Task ConfigureHttpClientDefaults_EveryClient_FindsServices()
    {
        _services.AddSingleton(await RegistryWithAsync("orders", "by default"));
        _services.ConfigureHttpClientDefaults(client => client.AddMicroDiscovery(options => options.Suffix = ".micro"));
        await using var provider = _services.BuildServiceProvider();

        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient();

        (await client.GetStringAsync(new Uri("http://orders.micro/"))).Should().Be("by default");
    }

    [Fact]
    public void CreateHandler_CalledTwice_AddsOneHandlerAndAConnectTimeout()
    {
        _services.AddSingleton<ISelector>(new FixedSelector("127.0.0.1:9"));
        _services.AddHttpClient("orders").AddMicroDiscovery().AddMicroDiscovery(options => options.Retries = 1);
        using var provider = _services.BuildServiceProvider();

        var chain = Chain(provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("orders")).ToList();

        chain.OfType<MicroDiscoveryHandler>().Should().ContainSingle();
        chain[^1].Should().BeOfType<SocketsHttpHandler>().Which.ConnectTimeout.Should().Be(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void CreateHandler_ConnectTimeoutOfTheUser_Stays()
    {
        _services.AddSingleton<ISelector>(new FixedSelector("127.0.0.1:9"));
        _services.AddHttpClient("orders").UseSocketsHttpHandler((handler, _) => handler.ConnectTimeout = TimeSpan.FromSeconds(7)).AddMicroDiscovery();
        using var provider = _services.BuildServiceProvider();

        var chain = Chain(provider.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("orders")).ToList();

        chain[^1].Should().BeOfType<SocketsHttpHandler>().Which.ConnectTimeout.Should().Be(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task Selector_OfAService_FindsForAHandlerMadeByHand()
    {
        var registry = await RegistryWithAsync("orders", "by hand");
        await using var service = MicroService.Create(options => options.Name("shop").Registry(registry).IgnoreEnvironment());
        using var client = new HttpClient(new MicroDiscoveryHandler(service.Selector) { InnerHandler = new SocketsHttpHandler { UseProxy = false } });

        (await client.GetStringAsync(new Uri("http://orders/"))).Should().Be("by hand");
    }

    private async Task<IRegistry> RegistryWithAsync(string service, string text)
    {
        var registry = Own(MemoryRegistry.Create());
        var node = Own(await WebNode.StartAsync(text));
        await registry.RegisterAsync(new ServiceRecord { Name = service, Nodes = [node.Node] }, new RegisterOptions());
        return registry;
    }

    private static HttpClient Create(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private static async Task<string> GetAsync(IServiceProvider provider, string name = "orders")
    {
        using var client = Create(provider, name);
        return await client.GetStringAsync(new Uri("http://orders/"));
    }

    private static IConfigurationRoot Settings(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();

    private static IEnumerable<HttpMessageHandler> Chain(HttpMessageHandler? handler)
    {
        for (; handler is not null; handler = (handler as DelegatingHandler)?.InnerHandler)
        {
            yield return handler;
        }
    }
}
