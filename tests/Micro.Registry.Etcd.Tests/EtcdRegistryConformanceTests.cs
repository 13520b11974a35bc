using Micro.Registry.Conformance;
using Micro.Registry.Etcd.Tests.Cluster;

namespace Micro.Registry.Etcd.Tests;

/// <summary>The rules of all registries, against a real etcd.</summary>
[Collection("etcd")]
public sealed class EtcdRegistryConformanceTests(SharedEtcd shared) : GuardedRegistryConformance
{
    protected override string? SkipReason => EtcdBinary.SkipReason;

    // A lease that nobody renews any more ends after three lifetimes and one more.
    protected override TimeSpan Visibility => TimeSpan.FromSeconds(60);

    protected override async Task<IRegistry> CreateAsync()
    {
        var server = await shared.OpenAsync();
        return Etcd.CreateRegistry(options =>
        {
            options.Addresses.Add(server.Address);
            options.WatchCapacity = 64; // less than a burst, so that it overflows
        });
    }

    protected override Task<IRegistry> CreatePeerAsync() => CreateAsync();

    protected override Task<IRegistry> CreateUnreachableAsync() =>
        Task.FromResult(Etcd.CreateRegistry(options => options.Addresses.Add($"127.0.0.1:{EtcdServer.FreePort()}")));

    protected override async Task WriteUndecodableAsync(string service) =>
        await (await shared.OpenAsync()).PutAsync($"/micro/registry/{service}/broken", "{\"name\":");

    protected override async Task<IRegistry> CreateDeniedAsync()
    {
        var server = await shared.GuardedAsync();
        return Etcd.CreateRegistry(options =>
        {
            options.Addresses.Add(server.Address);
            options.Username = "root";
            options.Password = "wrong";
        });
    }
}
