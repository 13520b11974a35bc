using Micro.Registry.Conformance;
using Micro.Registry.Consul.Tests.Agents;
using Micro.Registry.Etcd.Tests.Cluster;

namespace Micro.Registry.Composite.Tests;

/// <summary>The rules of all registries, for a real Consul and a real etcd used as one.</summary>
[Collection("etcd")]
public sealed class ConsulAndEtcdConformanceTests(SharedAgents agents, SharedEtcd etcd) : GuardedRegistryConformance, IClassFixture<SharedAgents>
{
    protected override string? SkipReason => ConsulBinary.SkipReason ?? EtcdBinary.SkipReason;

    protected override TimeSpan Visibility => TimeSpan.FromSeconds(60);

    protected override TimeSpan ShortTtl => TimeSpan.FromSeconds(2);

    protected override async Task<IRegistry> CreateAsync() =>
        Combine((await agents.OpenAsync()).CreateRegistry(), CreateEtcd((await etcd.OpenAsync()).Address));

    protected override Task<IRegistry> CreatePeerAsync() => CreateAsync();

    // Port 1 is nobody's.
    protected override Task<IRegistry> CreateUnreachableAsync() => Task.FromResult(Combine(
        Consul.ConsulRegistry.Create(options =>
        {
            options.Environment = new Dictionary<string, string?>();
            options.Addresses.Add("127.0.0.1:1");
        }),
        CreateEtcd("127.0.0.1:1")));

    protected override async Task<IRegistry> CreateDeniedAsync() => Combine(
        (await agents.GuardedAsync()).CreateRegistry(),
        CreateEtcd((await etcd.GuardedAsync()).Address, password: "wrong"));

    protected override async Task WriteUndecodableAsync(string service)
    {
        await (await agents.OpenAsync()).PutAsync(
            "/v1/agent/service/register", $$"""{"ID":"{{service}}-bad","Name":"{{service}}","Address":"127.0.0.1","Port":1,"Tags":["v-789cffff"]}""");
        await (await etcd.OpenAsync()).PutAsync($"/micro/registry/{service}/broken", "{\"name\":");
    }

    private static IRegistry Combine(params IRegistry[] members) => Registries.Combine(members);

    private static IRegistry CreateEtcd(string address, string? password = null) => Etcd.EtcdRegistry.Create(options =>
    {
        options.Environment = new Dictionary<string, string?>();
        options.Addresses.Add(address);
        options.RenewalLimit = TimeSpan.FromSeconds(2); // or a node that nobody renews would live on for three lifetimes
        (options.Username, options.Password) = (password is null ? null : "root", password);
    });
}
