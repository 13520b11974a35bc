using System.Text.Json;
using Micro.Registry.Consul.Tests.Agents;
using Micro.Registry.Etcd.Tests.Cluster;

namespace Micro.FunctionalTests;

/// <summary>
/// The way of docs/migrating-registries.md with real servers and real processes: a fleet moves from Consul to etcd, one
/// instance after the other, under a constant load, and no caller notices.
/// </summary>
public sealed class MigrationTests : IAsyncLifetime
{
    private const int Rate = 100;
    private readonly List<GreeterProcess> _servers = [];
    private readonly List<string> _failures = [];
    private ConsulAgent? _consul;
    private EtcdServer? _etcd;
    private string[] _flags = [];

    public async Task InitializeAsync()
    {
        Skip.If((ConsulBinary.SkipReason ?? EtcdBinary.SkipReason) is not null, ConsulBinary.SkipReason ?? EtcdBinary.SkipReason);
        var consul = ConsulAgent.StartAsync();
        _etcd = await EtcdServer.StartAsync();
        _consul = await consul;

        // The addresses of both are given from the start, so that a step changes one flag only.
        _flags = [$"--registry_address=consul={_consul.Address},etcd={_etcd.Address}", "--register_ttl=6", "--register_interval=2"];
    }

    public async Task DisposeAsync()
    {
        _servers.ForEach(static server => server.Dispose());
        if (_consul is not null)
        {
            await _consul.DisposeAsync();
        }

        if (_etcd is not null)
        {
            await _etcd.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Fleet_ConsulToBothToEtcd_NoCallFails()
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => AddServerAsync("consul")));
        var made = 0;
        await using (var old = new Client("consul", _flags))
        {
            await RollServersAsync("consul,etcd");
            (await InConsulAsync(), await InEtcdAsync()).Should().Be((3, 3));

            // Clients are rolled like servers: the new one works before the old one goes.
            await using var both = new Client("consul,etcd", _flags);
            made += await EndAsync(old);
            await RollServersAsync("etcd");
            (await InConsulAsync(), await InEtcdAsync()).Should().Be((0, 3));

            await using var last = new Client("etcd", _flags);
            made += await EndAsync(both);
            await _consul!.KillAsync();
            await last.Load.GoOnAsync(Rate);
            made += await EndAsync(last);
        }

        _failures.Should().BeEmpty($"{made} calls were made");
        made.Should().BeGreaterThan(5 * Rate);
    }

    private async Task AddServerAsync(string registry)
    {
        var (server, _) = await GreeterProcess.StartServerAsync([$"--registry={registry}", .. _flags]);
        lock (_servers)
        {
            _servers.Add(server);
        }
    }

    private async Task RollServersAsync(string registry)
    {
        foreach (var server in _servers.ToArray())
        {
            server.Terminate();
            (await server.WaitForExitAsync()).Should().Be(0, string.Join('\n', server.Errors));
            await AddServerAsync(registry);
            _servers.Remove(server);
            server.Dispose();
        }
    }

    private async Task<int> EndAsync(Client client)
    {
        await client.Load.GoOnAsync(Rate);
        await client.Load.EndAsync();
        _failures.AddRange(client.Load.Failures.Select(failure => $"{failure.Kind} after {failure.Attempts}: {failure.Detail}"));
        return client.Load.Made;
    }

    private async Task<int> InConsulAsync()
    {
        using var answer = JsonDocument.Parse(await _consul!.GetAsync("/v1/health/service/greeter?passing=1"));
        return answer.RootElement.GetArrayLength();
    }

    private async Task<int> InEtcdAsync() =>
        (await _etcd!.ControlAsync("get", "--prefix", "--keys-only", "/micro/registry/greeter/")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <summary>A client with flags of its own, under load from its start.</summary>
    private sealed class Client : IAsyncDisposable
    {
        private readonly MicroService _service;

        public Client(string registry, string[] flags)
        {
            _service = MicroService.Create(
                options => options.Name("greeter.client").IgnoreEnvironment().Logging(static _ => { }), [$"--registry={registry}", .. flags]);
            Load = TestLoad.Start(_service.Client, Rate, isIdempotent: false);
        }

        public TestLoad Load { get; }

        public async ValueTask DisposeAsync()
        {
            await Load.DisposeAsync();
            await _service.DisposeAsync();
        }
    }
}
