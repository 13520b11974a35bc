namespace Micro.FaultTests.Lab;

/// <summary>Hosts on one switch, each a network namespace with an address of 10.77.0.0/24 and multicast.</summary>
internal sealed class Network : IAsyncDisposable
{
    private readonly NetworkSpace _switch;
    private readonly List<NetworkHost> _hosts = [];

    private Network(NetworkSpace space) => _switch = space;

    public static async Task<Network> CreateAsync()
    {
        LabNeeds.Namespaces();
        var network = new Network(await NetworkSpace.CreateAsync());
        await network._switch.IpAsync("link add switch type bridge mcast_snooping 0");
        await network._switch.IpAsync("link set switch up");
        return network;
    }

    /// <summary>Adds a host whose cable goes straight to the switch.</summary>
    public Task<NetworkHost> AddHostAsync() => AddAsync(withLink: false);

    /// <summary>Adds a host behind a <see cref="NetworkHost.Link"/>, which can lose, delay and repeat packets.</summary>
    public Task<NetworkHost> AddHostBehindLinkAsync() => AddAsync(withLink: true);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        await _switch.DisposeAsync();
    }

    private async Task<NetworkHost> AddAsync(bool withLink)
    {
        var host = await NetworkHost.AttachAsync(_switch, _hosts.Count + 1, withLink);
        _hosts.Add(host);
        return host;
    }
}
