using Micro.Registry.Conformance;
using Micro.Registry.Etcd.Tests.Cluster;

namespace Micro.Registry.Etcd.Tests;

/// <summary>The rules of all registries, against a real etcd; one class per version and kind of cluster.</summary>
public abstract class EtcdConformance(ConformanceEtcd etcd) : GuardedRegistryConformance
{
    protected override string? SkipReason => etcd.SkipReason;

    protected override TimeSpan Visibility => TimeSpan.FromSeconds(60);

    protected override async Task<IRegistry> CreateAsync() => Create(await etcd.AddressesAsync());

    // A peer speaks to another member.
    protected override async Task<IRegistry> CreatePeerAsync() => Create([.. (await etcd.AddressesAsync()).Reverse()]);

    private static IRegistry Create(IReadOnlyList<string> addresses) =>
        EtcdRegistry.Create(options =>
        {
            foreach (var address in addresses)
            {
                options.Addresses.Add(address);
            }

            // What is not renewed by a test ends soon.
            options.RenewalLimit = TimeSpan.FromSeconds(1);

            // Members may be a moment behind what a peer wrote through another one.
            options.LinearizableReads = addresses.Count > 1;
        });

    protected override Task<IRegistry> CreateUnreachableAsync() =>
        Task.FromResult(EtcdRegistry.Create(options => options.Addresses.Add($"127.0.0.1:{FreePorts.Next()}")));

    protected override Task WriteUndecodableAsync(string service) =>
        etcd.PutAsync($"/micro/registry/{service}/broken", "{\"name\":");

    protected override async Task<IRegistry> CreateDeniedAsync()
    {
        var server = await etcd.GuardedAsync();
        return EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(server.Address);
            options.Username = "root";
            options.Password = "wrong";
        });
    }
}

/// <summary>One server of etcd 3.4.</summary>
public sealed class Etcd34ConformanceTests(Etcd34 etcd) : EtcdConformance(etcd), IClassFixture<Etcd34>;

/// <summary>One server of etcd 3.5 or newer.</summary>
public sealed class Etcd35ConformanceTests(Etcd35 etcd) : EtcdConformance(etcd), IClassFixture<Etcd35>;

/// <summary>Three members on loopback.</summary>
public sealed class EtcdClusterConformanceTests(Etcd35Cluster etcd) : EtcdConformance(etcd), IClassFixture<Etcd35Cluster>;
