using System.Diagnostics;
using Micro.Registry;
using Micro.Registry.Consul.Tests.Agents;
using Micro.Registry.Etcd;
using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Testing;

namespace Micro.FunctionalTests;

/// <summary>Servers and a client with a real Consul and a real etcd at once, one of which is killed and comes back empty.</summary>
public sealed class SeveralRegistriesTests : IAsyncLifetime
{
    private const int Rate = 300;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly List<IAsyncDisposable> _parts = [];
    private ConsulAgent? _consul;
    private EtcdServer? _etcd;

    public async Task InitializeAsync()
    {
        Skip.If((ConsulBinary.SkipReason ?? EtcdBinary.SkipReason) is not null, ConsulBinary.SkipReason ?? EtcdBinary.SkipReason);
        var consul = ConsulAgent.StartAsync();
        _etcd = await EtcdServer.StartAsync();
        _consul = await consul;
    }

    public async Task DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
        {
            await part.DisposeAsync();
        }

        if (_consul is not null)
        {
            await _consul.DisposeAsync();
        }

        if (_etcd is not null)
        {
            await _etcd.DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData("consul")]
    [InlineData("etcd")]
    public async Task OneKilledAndBackEmptyUnderLoad_NothingSurfacesAndAllRegisterInItAgain(string killed)
    {
        await StartServerAsync();
        await StartServerAsync();
        var client = MicroService.Create(options => options
            .Name("greeter.client").IgnoreEnvironment().Logging(static _ => { }).Registry(Connect()));
        _parts.Add(client);
        await using var load = TestLoad.Start(client.Client, Rate, isIdempotent: false);
        await load.GoOnAsync(Rate);

        await KillAsync(killed);
        var newcomer = await StartServerAsync();
        await Eventually.TrueAsync(() => load.Attempts.Any(attempt => attempt.Address == newcomer.Address), "callers find who came during the outage");
        (await HealthAsync(newcomer)).Should().Contain("\"status\":\"up\"").And.Contain("\"registration\":\"registered in part\"");
        await load.GoOnAsync(Rate);

        await ReviveAsync(killed);
        var clock = Stopwatch.StartNew();
        await Eventually.TrueAsync(async () => await CountAsync(killed) == 3, "all three are registered in it again", 30);

        // An interval, and some more on a busy machine.
        clock.Elapsed.Should().BeLessThan(Interval + TimeSpan.FromSeconds(10));
        await Eventually.TrueAsync(async () => (await HealthAsync(newcomer)).Contains("\"registration\":\"registered\"", StringComparison.Ordinal), "nothing is missing any more");

        // What is only in the one that came back is seen as well.
        await using var single = Only(killed);
        var latecomer = await LoadServer.StartAsync(single);
        _parts.Add(latecomer);
        await Eventually.TrueAsync(() => load.Attempts.Any(attempt => attempt.Address == latecomer.Address), "the watch of the one that came back is synchronized again", 40);
        await latecomer.StopAsync();
        await load.EndAsync();
        load.Failures.Select(failure => $"{failure.Kind} after {failure.Attempts}: {failure.Detail}").Distinct().Should().BeEmpty();
    }

    private static async Task<string> HealthAsync(LoadServer server)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        return await http.GetStringAsync(new Uri($"http://{server.Address}/health"));
    }

    private async Task KillAsync(string registry)
    {
        if (registry == "consul")
        {
            await _consul!.KillAsync();
        }
        else
        {
            _etcd!.Kill();
        }
    }

    private async Task ReviveAsync(string registry)
    {
        if (registry == "consul")
        {
            await _consul!.RestartEmptyAsync();
        }
        else
        {
            _etcd!.WipeData();
            await _etcd.StartAsync();
        }
    }

    private async Task<int> CountAsync(string registry)
    {
        await using var only = Only(registry);
        try
        {
            return (await only.GetServiceAsync("greeter")).Sum(record => record.Nodes.Count);
        }
        catch (RegistryException)
        {
            return 0;
        }
    }

    private IRegistry Only(string registry) =>
        registry == "consul" ? _consul!.CreateRegistry() : EtcdRegistry.Create(options => options.Addresses.Add(_etcd!.Address));

    private IRegistry Connect()
    {
        var both = Registries.Combine([Only("consul"), Only("etcd")]);
        _parts.Add(both);
        return both;
    }

    private async Task<LoadServer> StartServerAsync()
    {
        var server = await LoadServer.StartAsync(
            Connect(),
            configure: options => options.RegisterInterval(Interval).RegisterTtl(Interval * 3));
        _parts.Add(server);
        return server;
    }
}
