namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>One server for all tests that do not harm it, and one that refuses; each started when first needed.</summary>
public class SharedEtcd : IAsyncLifetime
{
    private readonly Lock _gate = new();
    private readonly EtcdBinary? _binary;
    private Task<EtcdServer>? _open;
    private Task<EtcdServer>? _guarded;

    public SharedEtcd()
        : this(EtcdBinary.Newest)
    {
    }

    protected SharedEtcd(EtcdBinary? binary) => _binary = binary;

    public Task<EtcdServer> OpenAsync()
    {
        lock (_gate)
        {
            return _open ??= EtcdServer.StartAsync(_binary);
        }
    }

    /// <summary>With authentication: users root, micro and nobody, password secret.</summary>
    public Task<EtcdServer> GuardedAsync()
    {
        lock (_gate)
        {
            return _guarded ??= StartGuardedAsync(_binary);
        }
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var server in new[] { _open, _guarded })
        {
            if (server is not null)
            {
                await (await server).DisposeAsync();
            }
        }
    }

    private static async Task<EtcdServer> StartGuardedAsync(EtcdBinary? binary)
    {
        var server = await EtcdServer.StartAsync(binary, "--auth-token-ttl", "2", "--bcrypt-cost", "4");
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
