using Micro.Registry.Consul.Tests.Agents;
using Micro.Registry.Etcd.Tests.Cluster;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.FunctionalTests.Http;

/// <summary>HTTP services that other systems registered, in their formats, with the real backends.</summary>
public sealed class ForeignServiceTests
{
    [SkippableFact]
    public async Task Sample_ServiceRegisteredInConsulByAnother_IsCalledAndItsSecondInstanceTakesOver()
    {
        Skip.If(ConsulBinary.SkipReason is not null, ConsulBinary.SkipReason);
        await using var agent = await ConsulAgent.StartAsync();
        await using var first = await ScriptedHttpServer.StartAsync(request => new ScriptedAnswer(200, "first " + request.Target));
        await using var second = await ScriptedHttpServer.StartAsync(request => new ScriptedAnswer(200, "second " + request.Target));
        await RegisterAsync(agent, "a", first.Address);
        await RegisterAsync(agent, "b", second.Address);

        var run = await PlainHttpClientRun.RunAsync(Settings("consul", agent.Address), "orders", "/orders/42?full=1");
        run.Errors.Should().BeEmpty();
        run.Output.Should().BeOneOf("first /orders/42?full=1", "second /orders/42?full=1");

        var missing = await PlainHttpClientRun.RunAsync(Settings("consul", agent.Address), "invoices", "/");
        missing.ExitCode.Should().Be(1);
        missing.Errors.Should().Contain("service 'invoices'").And.Contain("registry consul knows no node of it");

        // One goes away without a word: every call still succeeds, on the other.
        var services = new ServiceCollection();
        services.AddMicroDiscovery(options => options.IgnoreEnvironment().UseConsul(consul => consul.Addresses.Add(agent.Address)));
        services.AddHttpClient("orders", client => client.BaseAddress = new Uri("http://orders")).AddMicroDiscovery();
        await using var provider = services.BuildServiceProvider();
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
        await http.GetStringAsync(new Uri("/", UriKind.Relative));
        await first.DisposeAsync();
        for (var call = 0; call < 20; call++)
        {
            using var response = await http.PostAsync(new Uri("/", UriKind.Relative), new StringContent("x"));
            (await response.Content.ReadAsStringAsync()).Should().Be("second /");
        }
    }

    [SkippableFact]
    public async Task Sample_RecordsOfPlainServicesInEtcd_AreCalled()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        await using var etcd = await EtcdServer.StartAsync();
        await using var server = await ScriptedHttpServer.StartAsync(request => new ScriptedAnswer(200, "answered " + request.Target));
        await etcd.PutAsync("/services/orders/7f3a", server.Address);
        await etcd.PutAsync("/services/invoices/7f3b", $$$"""{"Op":0,"Addr":"{{{server.Address}}}","Metadata":{"zone":"a"}}""");
        var settings = Settings("etcd", etcd.Address);
        settings["FOREIGN_PREFIX"] = "/services/";

        var bare = await PlainHttpClientRun.RunAsync(settings, "orders", "/o");
        var naming = await PlainHttpClientRun.RunAsync(settings, "invoices", "/i");

        (bare.Output, bare.Errors).Should().Be(("answered /o", ""));
        (naming.Output, naming.Errors).Should().Be(("answered /i", ""));
    }

    private static Task RegisterAsync(ConsulAgent agent, string id, string address) => agent.PutAsync(
        "/v1/agent/service/register",
        $$"""{"ID":"{{id}}","Name":"orders","Address":"127.0.0.1","Port":{{address.Split(':')[1]}},"Tags":["http"]}""");

    private static Dictionary<string, string> Settings(string registry, string address) => new()
    {
        ["MICRO_REGISTRY"] = registry,
        ["MICRO_REGISTRY_ADDRESS"] = address,
    };
}
