namespace Micro.Registry.Etcd.Tests.Cluster;

/// <summary>What a run of the conformance suite stands on; shared by all its cases.</summary>
public abstract class ConformanceEtcd(EtcdBinary? binary, string version) : SharedEtcd(binary)
{
    public string? SkipReason { get; } = EtcdBinary.Reason(binary, version);

    public virtual async Task<IReadOnlyList<string>> AddressesAsync() => [(await OpenAsync()).Address];

    public virtual async Task PutAsync(string key, string value) => await (await OpenAsync()).PutAsync(key, value);
}

public sealed class Etcd34() : ConformanceEtcd(EtcdBinary.Version34, "etcd 3.4");

public sealed class Etcd35() : ConformanceEtcd(EtcdBinary.Version35, "etcd 3.5 or newer");

/// <summary>Three members; what is refused is tested against a fourth server.</summary>
public sealed class Etcd35Cluster() : ConformanceEtcd(EtcdBinary.Version35, "etcd 3.5 or newer")
{
    private readonly Lock _gate = new();
    private Task<EtcdCluster>? _cluster;

    public override async Task<IReadOnlyList<string>> AddressesAsync() => [.. (await ClusterAsync()).Members.Select(member => member.Address)];

    public override async Task PutAsync(string key, string value) => await (await ClusterAsync()).Members[1].PutAsync(key, value);

    public override async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await (await _cluster).DisposeAsync();
        }

        await base.DisposeAsync();
    }

    private Task<EtcdCluster> ClusterAsync()
    {
        lock (_gate)
        {
            return _cluster ??= StartAsync();
        }
    }

    private static async Task<EtcdCluster> StartAsync()
    {
        var cluster = new EtcdCluster(EtcdBinary.Version35);
        await cluster.StartAsync();
        return cluster;
    }
}
