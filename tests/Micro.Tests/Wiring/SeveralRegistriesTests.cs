using System.Text;
using Micro.Registry;
using Microsoft.Extensions.Configuration;

namespace Micro.Tests.Wiring;

/// <summary>Several registries chosen by flag, variable, configuration or code, and whose addresses are whose.</summary>
public sealed class SeveralRegistriesTests
{
    private readonly Dictionary<string, RegistryContext> _made = [];
    private readonly List<NamedRegistry> _registries = [];

    [Theory]
    [InlineData("--registry=old,new", null)]
    [InlineData("--registry=OLD, New", null)]
    [InlineData(null, "old,new")]
    public void Create_SeveralNames_OneRegistryOfBoth(string? flag, string? variable)
    {
        var service = Create(flag is null ? [] : [flag], variable is null ? [] : new() { ["MICRO_REGISTRY"] = variable });

        service.Registry.Name.Should().Be("old,new");
        _made.Keys.Should().Equal("old", "new");
    }

    [Fact]
    public void Create_BuiltInNames_CanBeCombined() =>
        Create(["--registry=mdns,consul,etcd,memory"]).Registry.Name.Should().Be("mdns,consul,etcd,memory");

    [Fact]
    public void Create_ChosenInCode_OrderOfCallsDoesNotMatter()
    {
        TestService.Create(options => options.UseRegistries("memory", "etcd").UseConsul()).Registry.Name.Should().Be("memory,etcd");
        TestService.Create(options => options.UseConsul().UseRegistries("memory", "etcd"), ["--registry=memory"]).Registry.Name.Should().Be("memory");
    }

    [Fact]
    public void Create_InConfiguration_ListsAndSections()
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(
            """{"Micro":{"Registry":["old","new"],"RegistryAddress":{"old":"10.0.0.1:1","new":["10.0.1.1:2","10.0.1.2:2"]}}}"""));
        var service = Create([], configure: options => options.Configuration(new ConfigurationBuilder().AddJsonStream(json).Build()));

        service.Registry.Name.Should().Be("old,new");
        _made["old"].Addresses.Should().Equal("10.0.0.1:1");
        _made["new"].Addresses.Should().Equal("10.0.1.1:2", "10.0.1.2:2");
    }

    [Theory]
    [InlineData("old=a:1,new=b:2", "a:1", "b:2")]
    [InlineData("old=a:1,a:2,new=b:1,b:2", "a:1 a:2", "b:1 b:2")]
    [InlineData("New = b:2 , OLD = http://u:p@a:1/?dc=x,https://c/?y=z,new=[::1]:3", "http://u:p@a:1/?dc=x https://c/?y=z", "b:2 [::1]:3")]
    [InlineData("new=b:2", "", "b:2")]
    public void Create_Addresses_ReachTheirRegistry(string addresses, string old, string next)
    {
        _ = Create(["--registry=old,new", $"--registry_address={addresses}"]).Registry;

        string.Join(' ', _made["old"].Addresses).Should().Be(old);
        string.Join(' ', _made["new"].Addresses).Should().Be(next);
    }

    [Theory]
    [InlineData("a:1,a:2", "a:1 a:2")]
    [InlineData("old=a:1,a:2,new=b:1", "a:1 a:2")]
    [InlineData("new=b:1,old=a:1", "a:1")]
    [InlineData("key=value", "key=value")]
    public void Create_OneRegistry_AddressesOfOthersHaveNoEffect(string addresses, string old)
    {
        _ = Create(["--registry=old", $"--registry_address={addresses}"]).Registry;

        string.Join(' ', _made["old"].Addresses).Should().Be(old);
        _made.Should().NotContainKey("new");
    }

    [Theory]
    [InlineData("--registry=old,consull", "unknown registry 'consull'*did you mean 'consul'?*(from --registry)")]
    [InlineData("--registry=old,new,OLD", "registry 'old,new,OLD' names 'old' twice*(from --registry)")]
    [InlineData("--registry=old,,new", "registry 'old,,new' holds an empty name*(from --registry)")]
    [InlineData("--registry=old,new --registry_address=a:1", "registry address 'a:1' does not say whose it is: write old=a:1 or new=a:1 (from --registry, --registry_address)")]
    [InlineData("--registry=old,new --registry_address=old=a:1,consull=b:2", "registry address 'consull=b:2': unknown registry 'consull'*did you mean 'consul'?*")]
    [InlineData("--registry=old,new --registry_address=old=,new=b:2", "registry address 'old=' is empty: write old=host:port*")]
    [InlineData("--registry=memory,old --registry_address=memory=a:1", "registry 'memory' has no address*")]
    public void Create_WrongInput_NamesValueAndFix(string arguments, string problem)
    {
        var service = Create(arguments.Split(' '));

        service.Invoking(it => it.Registry).Should().Throw<MicroConfigurationException>().Which.Problems.Should().ContainSingle().Which.Should().Match(problem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,b")]
    [InlineData("a=b")]
    public void AddRegistry_NameThatAListCannotHold_ArgumentException(string name) =>
        FluentActions.Invoking(() => TestService.Create(options => options.AddRegistry(name, _ => MemoryRegistry.Create())))
            .Should().Throw<ArgumentException>().WithMessage($"registry name '{name}'*");

    [Fact]
    public async Task Run_Several_RegistersInAllAndDisposesAll()
    {
        await using (var service = Create(["--registry=old,new"]))
        {
            await service.StartAsync();
            foreach (var registry in _registries)
            {
                var node = (await registry.GetServiceAsync(service.Name))[0].Nodes[0];
                node.Metadata["registry"].Should().Be("old,new");
            }
        }

        _registries.Should().HaveCount(2).And.OnlyContain(registry => registry.IsDisposed);
    }

    private MicroService Create(string[] arguments, Dictionary<string, string?>? environment = null, Action<MicroServiceOptions>? configure = null)
    {
        IRegistry Make(RegistryContext context)
        {
            _made.Add(context.Name, context);
            _registries.Add(new NamedRegistry(context.Name));
            return _registries[^1];
        }

        return TestService.Create(
            options =>
            {
                options.AddRegistry("old", Make).AddRegistry("new", Make);
                configure?.Invoke(options);
            },
            arguments,
            environment);
    }
}
