namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>One server for all tests that do not harm it, and one that refuses; each started when first needed.</summary>
public sealed class SharedEtcd : IAsyncLifetime
{
    private readonly Lock _gate = new();
    private Task<EtcdServer>? _open;
    private Task<EtcdServer>? _guarded;

    public Task<EtcdServer> OpenAsync()
    {
        lock (_gate)
        {
            return _open ??= EtcdServer.StartAsync();
        }
    }

    /// <summary>With authentication: users root, micro and nobody, password secret.</summary>
    public Task<EtcdServer> GuardedAsync()
    {
        lock (_gate)
        {
            return _guarded ??= StartGuardedAsync();
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in new[] { _open, _guarded })
        {
            if (server is not null)
            {
                await (await server).DisposeAsync();
            }
        }
    }

    public static async Task<EtcdServer> StartGuardedAsync()
    {
        var server = await EtcdServer.StartAsync("--auth-token-ttl", "2", "--bcrypt-cost", "4");
        await server.ControlAsync("user", "add", "root:secret");
        await server.ControlAsync("user", "grant-role", "root", "root");
        await server.ControlAsync("role", "add", "micro");
        await server.ControlAsync("role", "grant-permission", "micro", "--prefix=true", "readwrite", "/micro/registry/");
        await server.ControlAsync("user", "add", "micro:secret");
        await server.ControlAsync("user", "grant-role", "micro", "micro");
        await server.ControlAsync("user", "add", "nobody:secret");
        await server.ControlAsync("auth", "enable");
        return server;
    }
}

[CollectionDefinition("etcd")]
public sealed class EtcdGroup : ICollectionFixture<SharedEtcd>;
