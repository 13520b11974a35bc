using Micro.Registry.Conformance;
using Micro.Registry.Consul.Tests.Agents;

namespace Micro.Registry.Consul.Tests;

/// <summary>The shared rules of all registries, against a real agent.</summary>
public sealed class ConsulConformanceTests(SharedAgents agents) : GuardedRegistryConformance, IClassFixture<SharedAgents>
{
    protected override string? SkipReason => ConsulBinary.SkipReason;

    protected override async Task<IRegistry> CreateAsync() => (await agents.OpenAsync()).CreateRegistry();

    protected override async Task<IRegistry> CreatePeerAsync() => (await agents.OpenAsync()).CreateRegistry();

    // Port 1 is nobody's.
    protected override Task<IRegistry> CreateUnreachableAsync() => Task.FromResult(ConsulRegistry.Create(options =>
    {
        options.Environment = new Dictionary<string, string?>();
        options.Addresses.Add("127.0.0.1:1");
    }));

    protected override async Task<IRegistry> CreateDeniedAsync() => (await agents.GuardedAsync()).CreateRegistry();

    protected override async Task WriteUndecodableAsync(string service)
    {
        var agent = await agents.OpenAsync();
        await agent.PutAsync("/v1/agent/service/register", $$"""{"ID":"{{service}}-bad-1","Name":"{{service}}","Address":"127.0.0.1","Port":1,"Tags":["v-789cffff"]}""");
        await agent.PutAsync("/v1/agent/service/register", $$"""{"ID":"{{service}}-bad-2","Name":"{{service}}","Address":"224.0.0.1","Port":1}""");
        await agent.PutAsync("/v1/agent/service/register", $$"""{"ID":"{{service}}-bad-3","Name":"{{service}}","Address":"127.0.0.1","Port":0}""");
    }
}
