using Xunit.Abstractions;

namespace Micro.FaultTests.Lab;

/// <summary>The base of all rows: starts processes and networks and ends them, last first; tells what they said when a row fails.</summary>
public abstract class FaultLab(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>Interval and lifetime of registrations in the fast profile of the targets.</summary>
    protected static readonly string[] FastRegistration = ["--register_interval=1", "--register_ttl=3"];

    private readonly Stack<IAsyncDisposable> _parts = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        while (_parts.TryPop(out var part))
        {
            if (part is Peer peer)
            {
                output.WriteLine($"{peer.Role} {peer.Id} said:\n{string.Join("\n", peer.Errors.TakeLast(30).Select(static line => line.Length > 300 ? line[..300] : line))}");
            }

            await part.DisposeAsync();
        }
    }

    private protected async Task<RegistryServer> StartRegistryAsync(RegistryKind kind, NetworkHost? host = null, int consulConnectionsPerClient = 1000)
    {
        var registry = Own(new RegistryServer(kind, host, consulConnectionsPerClient));
        await registry.StartAsync();
        return registry;
    }

    private protected async Task<Network> CreateNetworkAsync() => Own(await Network.CreateAsync());

    /// <summary>Starts a server on a free port and waits until it is ready.</summary>
    private protected Task<ServerPeer> StartServerAsync(RegistryServer registry, params string[] flags) => StartServerAsync(null, registry.Flags, flags);

    /// <summary>Starts a server, in a host when one is given, and waits until it is ready.</summary>
    private protected async Task<ServerPeer> StartServerAsync(NetworkHost? host, IEnumerable<string> registry, params string[] flags)
    {
        var server = LaunchServer(host, null, [.. registry, .. FastRegistration, .. flags]);
        await server.WaitUntilReadyAsync();
        return server;
    }

    /// <summary>Starts servers at the same time.</summary>
    private protected async Task<List<ServerPeer>> StartServersAsync(int count, RegistryServer registry, params string[] flags) =>
        [.. await Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartServerAsync(registry, flags)))];

    /// <summary>Starts a registry, servers that register in it, and a client that has called them once.</summary>
    private protected async Task<(RegistryServer Registry, List<ServerPeer> Servers, ClientPeer Client)> StartFleetAsync(
        RegistryKind kind, int servers, params string[] flags)
    {
        var registry = await StartRegistryAsync(kind);
        var started = await StartServersAsync(servers, registry, flags);
        return (registry, started, await StartClientAsync(registry));
    }

    /// <summary>Starts a server, in a host when one is given, and does not wait.</summary>
    private protected ServerPeer LaunchServer(NetworkHost? host, IReadOnlyDictionary<string, string>? environment, params string[] flags) =>
        Own(new ServerPeer(host?.Space, environment, [$"--server_address={host?.Address ?? "127.0.0.1"}:0", .. flags]));

    /// <summary>Starts a client that has called the service once.</summary>
    private protected async Task<ClientPeer> StartClientAsync(RegistryServer registry, NetworkHost? host = null, params string[] flags)
    {
        var client = LaunchClient(host, null, [.. registry.Flags, .. flags]);
        await client.WaitUntilAnsweredAsync();
        return client;
    }

    private protected ClientPeer LaunchClient(NetworkHost? host, IReadOnlyDictionary<string, string>? environment, params string[] flags) =>
        Own(new ClientPeer(host?.Space, environment, flags));

    private protected T Own<T>(T part)
        where T : IAsyncDisposable
    {
        lock (_parts)
        {
            _parts.Push(part);
        }

        return part;
    }
}
