using System.Diagnostics;
using System.Text.Json;
using Micro.Registry;
using Micro.Registry.Etcd;
using Micro.Registry.Etcd.Tests.Cluster;
using Micro.Testing;

namespace Micro.FunctionalTests;

/// <summary>Restarts with a real etcd, which is killed, wiped and paused itself.</summary>
public sealed class EtcdRestartTests : RestartTests
{
    private const int Interval = 2;
    private readonly List<IRegistry> _registries = [];
    private EtcdServer? _server;
    private EtcdCluster? _cluster;
    private TcpProxy? _proxy;

    protected override IRegistry Connect() =>
        Connect([.. _cluster?.Members.Select(member => member.Address) ?? [_server!.Address]]);

    protected override IRegistry ConnectClient() => _proxy is null ? Connect() : Connect([_proxy.Address]);

    public override async Task InitializeAsync()
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        _server = await EtcdServer.StartAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var registry in _registries)
        {
            await registry.DisposeAsync();
        }

        foreach (var part in new IAsyncDisposable?[] { _proxy, _cluster, _server })
        {
            if (part is not null)
            {
                await part.DisposeAsync();
            }
        }
    }

    [SkippableFact]
    public Task Server_KilledAndWipedUnderLoad_AllRegisterAgainAndNothingSurfaces_R7() => DisturbAsync(
        async () =>
        {
            // A wiped server begins at revision 1 again: far below what watches and writers have seen.
            await RaiseRevisionAsync(1000);
            _server!.Kill();
            _server.WipeData();
            await _server.StartAsync();
            var clock = Stopwatch.StartNew();
            await Eventually.TrueAsync(async () => await RegisteredAsync() == 3, "all three are registered again", 30);

            // The rule says interval + 1 s; a busy machine gets some more.
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(Interval + 10));
        },
        Interval);

    [SkippableFact]
    public async Task Watch_CutWhileServersChangeAndHistoryIsCompacted_TruthReturnsAndNothingSurfaces_R9()
    {
        _proxy = new TcpProxy(_server!.Port);
        await DisturbAsync(
            async (servers, load) =>
            {
                _proxy.Cut();
                await servers[0].DisposeAsync();
                var successor = await StartServerAsync(registerInterval: TimeSpan.FromSeconds(Interval));
                await RaiseRevisionAsync(100);
                await _server.ControlAsync("compact", $"{await RevisionAsync()}");
                await load.GoOnAsync(300);
                load.Attempts.Should().NotContain(attempt => attempt.Address == successor.Address, "the client knows nothing of it yet");

                _proxy.Restore();
                await Eventually.TrueAsync(
                    () => load.Attempts.Any(attempt => attempt.Address == successor.Address && attempt.Failure is null), "calls at the successor", 30);
            },
            Interval);
    }

    [SkippableFact]
    public async Task Leader_KilledUnderLoad_NoRegistrationIsLostAndNothingSurfaces_D9()
    {
        _cluster = new EtcdCluster();
        await _cluster.StartAsync();
        await DisturbAsync(
            async (_, load) =>
            {
                var leader = await _cluster.LeaderAsync();
                var others = _cluster.Members.Where(member => member != leader).ToList();
                var before = await LivesAsync(others[0]);
                before.Should().HaveCount(3);

                leader.Kill();
                await Eventually.TrueAsync(async () => await EtcdCluster.HasLeaderAsync(others), "another leader", 60);

                // As long as two heartbeats: all are confirmed by the rest of the cluster.
                await load.GoOnAsync(2 * Interval * 300);
                (await LivesAsync(others[0])).Should().BeEquivalentTo(before, "the keys were there all the time");
            },
            Interval);
    }

    private IRegistry Connect(IReadOnlyList<string> addresses)
    {
        var registry = EtcdRegistry.Create(options =>
        {
            foreach (var address in addresses)
            {
                options.Addresses.Add(address);
            }
        });
        _registries.Add(registry);
        return registry;
    }

    private async Task RaiseRevisionAsync(int writes)
    {
        var record = new ServiceRecord { Name = "writer", Nodes = [new Node { Id = "writer", Address = "127.0.0.1:1" }] };
        var registry = Connect([_server!.Address]);
        for (var write = 1; write <= writes; write++)
        {
            await registry.RegisterAsync(record with { Version = $"{write}" }, new RegisterOptions());
        }
    }

    private async Task<long> RevisionAsync()
    {
        using var status = JsonDocument.Parse(await _server!.ControlAsync("endpoint", "status", "-w", "json"));
        return status.RootElement[0].GetProperty("Status").GetProperty("header").GetProperty("revision").GetInt64();
    }

    /// <summary>Each key of the greeter with the revision at which its present life began.</summary>
    private static async Task<IReadOnlyDictionary<string, long>> LivesAsync(EtcdServer server)
    {
        using var answer = JsonDocument.Parse(await server.ControlAsync("get", "--prefix", "-w", "json", "/micro/registry/greeter/"));
        return answer.RootElement.GetProperty("kvs").EnumerateArray().ToDictionary(
            pair => pair.GetProperty("key").GetString()!, pair => pair.GetProperty("create_revision").GetInt64());
    }

    private async Task<int> RegisteredAsync() =>
        (await _server!.ControlAsync("get", "--prefix", "--keys-only", "/micro/registry/greeter/"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Length;
}
