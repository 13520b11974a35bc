namespace Micro.FaultTests.Lab;

/// <summary>A host of a <see cref="Network"/>.</summary>
internal sealed class NetworkHost : IAsyncDisposable
{
    private readonly NetworkSpace _switch;
    private readonly string _port;

    private NetworkHost(NetworkSpace space, NetworkSpace @switch, int number)
    {
        Space = space;
        _switch = @switch;
        _port = $"port{number}";
        Address = $"10.77.0.{number}";
    }

    public NetworkSpace Space { get; }

    public string Address { get; }

    /// <summary>The cable of a host that was added behind one: see the peer's <c>LinkRole</c> for its commands.</summary>
    public Peer? Link { get; private set; }

    public static async Task<NetworkHost> AttachAsync(NetworkSpace @switch, int number, bool withLink)
    {
        var host = new NetworkHost(await NetworkSpace.CreateAsync(), @switch, number);
        if (withLink)
        {
            // switch -- port == link of packets == far -- eth0 of the host
            await @switch.IpAsync($"link add {host._port} type veth peer name near{number}");
            await @switch.IpAsync($"link add far{number} type veth peer name eth0 netns {host.Space.HolderId}");
            await @switch.IpAsync($"link set near{number} up");
            await @switch.IpAsync($"link set far{number} up");
        }
        else
        {
            await @switch.IpAsync($"link add {host._port} type veth peer name eth0 netns {host.Space.HolderId}");
        }

        await host.PlugCableAsync();
        await @switch.IpAsync($"link set {host._port} up");
        await host.Space.IpAsync($"address add {host.Address}/24 dev eth0");
        await host.Space.IpAsync("link set eth0 up");
        await host.Space.IpAsync("route add 224.0.0.0/4 dev eth0");
        if (withLink)
        {
            host.Link = new Peer(@switch, null, "link", $"near{number}", $"far{number}");
            await host.Link.AskAsync("packets");
        }

        return host;
    }

    /// <summary>Removes the interface with its address.</summary>
    public Task RemoveInterfaceAsync() => Space.IpAsync("link delete eth0");

    /// <summary>Adds another interface with another address, which is usable when this returns.</summary>
    /// <param name="number">Last part of the address.</param>
    /// <param name="addressFirst"><see langword="true"/> to give it its address before it is up; <see langword="false"/> the other way round.</param>
    public async Task<string> AddInterfaceAsync(int number, bool addressFirst)
    {
        await _switch.IpAsync($"link add other{number} type veth peer name eth1 netns {Space.HolderId}");
        await _switch.IpAsync($"link set other{number} master switch");
        await _switch.IpAsync($"link set other{number} up");
        string[] steps = [$"address add 10.77.0.{number}/24 dev eth1", "link set eth1 up"];
        foreach (var step in addressFirst ? steps : [.. steps.Reverse()])
        {
            await Space.IpAsync(step);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
        }

        await Space.IpAsync("route add 224.0.0.0/4 dev eth1");
        return $"10.77.0.{number}";
    }

    /// <summary>Takes the cable out of the switch: packets vanish and no side is told.</summary>
    public Task PullCableAsync() => _switch.IpAsync($"link set {_port} nomaster");

    public Task PlugCableAsync() => _switch.IpAsync($"link set {_port} master switch");

    public async ValueTask DisposeAsync()
    {
        if (Link is not null)
        {
            await Link.DisposeAsync();
        }

        await Space.DisposeAsync();
    }
}
