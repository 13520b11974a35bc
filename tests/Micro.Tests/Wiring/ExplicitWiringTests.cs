using Micro.Client;
using Micro.Registry;
using Micro.Selection;

namespace Micro.Tests.Wiring;

/// <summary>Components made by hand, handed over in any order.</summary>
public sealed class ExplicitWiringTests
{
    public static TheoryData<int> Orders => [.. Enumerable.Range(0, 24)];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task Create_ServerClientSelectorRegistryByHand_AnyOrderWorks_R_SVC_1(int order)
    {
        await using var registry = MemoryRegistry.Create();
        await using var server = MicroServer.Create(static options =>
        {
            options.Address = "127.0.0.1:0";
            options.DrainDelay = TimeSpan.Zero;
        });
        await using var selector = Selectors.Create(options =>
        {
            options.Registry = registry;
            options.Strategy = SelectorStrategies.RoundRobin;
        });
        await using var client = MicroClient.Create(options => options.Selector = selector);
        var setters = Permute(
            order,
            options => options.Name("greeter"),
            options => options.Registry(registry),
            options => options.Server(server),
            options => options.Client(client));

        await using var service = MicroService.Create(options =>
        {
            options.Environment(new Dictionary<string, string?>()).Logging(static _ => { });
            setters.ForEach(set => set(options));
        });
        service.Handle<string, string>("Greeter.Hello", static (name, _) => Task.FromResult($"Hello {name}"));
        await service.StartAsync();

        service.Server.Should().BeSameAs(server);
        service.Client.Should().BeSameAs(client);
        (await registry.GetServiceAsync("greeter"))[0].Nodes.Should().ContainSingle();
        (await service.Client.CallAsync<string, string>("greeter", "Greeter.Hello", "Anna")).Should().Be("Hello Anna");
        await service.StopAsync();
        await registry.Invoking(it => it.GetServiceAsync("greeter")).Should().ThrowAsync<ServiceNotFoundException>();
    }

    [Fact]
    public async Task Create_ClientByHandWithoutRegistry_TakesTheServices()
    {
        await using var client = MicroClient.Create();
        await using var service = TestService.Create(options => options.Name("greeter").Client(client));
        service.Handle<string, string>("Greeter.Hello", static (name, _) => Task.FromResult($"Hello {name}"));
        await service.StartAsync();

        (await client.CallAsync<string, string>("greeter", "Greeter.Hello", "Anna")).Should().Be("Hello Anna");
    }

    [Fact]
    public async Task Create_RegistryByHand_StaysWhenFlagsNameItsKind_R_SVC_7()
    {
        await using var registry = MemoryRegistry.Create();

        TestService.Create(options => options.Registry(registry), ["--registry=memory"]).Registry.Should().BeSameAs(registry);
        TestService.Create(options => options.Registry(registry), ["--registry=mdns"]).Registry.Name.Should().Be("mdns");
    }

    [Fact]
    public async Task Create_ComponentsOwnRegistry_WinsOverTheServices()
    {
        await using var own = MemoryRegistry.Create();
        await using var service = TestService.Create(options => options
            .Name("greeter")
            .ServerOptions(server => server.Registry = own));
        service.Handle<string, string>("Greeter.Hello", static (name, _) => Task.FromResult(name));
        await service.StartAsync();

        (await own.GetServiceAsync("greeter")).Should().ContainSingle();
        service.Registry.Should().NotBeSameAs(own);
    }

    [Fact]
    public async Task Create_RegistryNamedFromOutside_WinsOverComponentsOwn()
    {
        await using var own = MemoryRegistry.Create();
        IRegistry? made = null;
        ClientOptions? client = null;
        _ = TestService.Create(
            options => options
                .ClientOptions(it =>
                {
                    it.Registry = own;
                    client = it;
                })
                .AddRegistry("mine", _ => made = new NamedRegistry("mine")),
            ["--registry=mine"]).Client;

        client!.Registry.Should().BeSameAs(made);
    }

    [Fact]
    public void Create_ServersOwnName_WinsOverTheServices()
    {
        var server = MicroServer.Create(static options => options.Name = "own");

        TestService.Create(options => options.Name("service").Server(server)).Name.Should().Be("own");
        TestService.Create(options => options.Server(server), ["--server_name=flag"]).Name.Should().Be("flag");
    }

    [Fact]
    public async Task Create_Default_IsMdnsAndSendsNothing()
    {
        await using var service = MicroService.Create(static options => options.IgnoreEnvironment());

        service.Registry.Name.Should().Be("mdns");
    }

    [Fact]
    public async Task Dispose_OwnRegistryIsDisposed_HandedOneIsNot()
    {
        var handed = new NamedRegistry("handed");
        var made = new NamedRegistry("made");

        await TestService.Create(options => options.Registry(handed)).DisposeAsync();
        await TestService.Create(options => options.AddRegistry("made", _ => made).UseRegistry("made")).DisposeAsync();

        handed.IsDisposed.Should().BeFalse();
        made.IsDisposed.Should().BeTrue();
    }

    [Fact]
    public async Task Strategy_SetInCode_ReachesTheSelector()
    {
        var strategy = new CountingStrategy();
        await using var service = TestService.Create(options => options.Name("greeter").Strategy(strategy));
        service.Handle<string, string>("Greeter.Hello", static (name, _) => Task.FromResult(name));
        await service.StartAsync();

        await service.Client.CallAsync<string, string>("greeter", "Greeter.Hello", "Anna");

        strategy.Pickers.Should().BePositive();
    }

    [Fact]
    public async Task Strategy_NamedFromOutside_WinsOverCode()
    {
        var strategy = new CountingStrategy();
        await using var service = TestService.Create(options => options.Name("greeter").Strategy(strategy), ["--selector=roundrobin"]);
        service.Handle<string, string>("Greeter.Hello", static (name, _) => Task.FromResult(name));
        await service.StartAsync();

        await service.Client.CallAsync<string, string>("greeter", "Greeter.Hello", "Anna");

        strategy.Pickers.Should().Be(0);
    }

    private static List<Action<MicroServiceOptions>> Permute(int order, params Action<MicroServiceOptions>[] actions)
    {
        var rest = actions.ToList();
        var result = new List<Action<MicroServiceOptions>>();
        for (var left = rest.Count; left > 0; left--)
        {
            result.Add(rest[order % left]);
            rest.RemoveAt(order % left);
            order /= left;
        }

        return result;
    }

    private sealed class CountingStrategy : ISelectorStrategy
    {
        public string Name => "counting";

        public int Pickers { get; private set; }

        public INodePicker CreatePicker(string service)
        {
            Pickers++;
            return SelectorStrategies.Random.CreatePicker(service);
        }
    }
}
