using System.Diagnostics.CodeAnalysis;

namespace Micro.Registry.Consul.Tests.Agents;

/// <summary>The agents of a test class: one open, one that denies; names are unique per test, so they are shared.</summary>
[SuppressMessage("Reliability", "VSTHRD011:Use AsyncLazy", Justification = "tests have no synchronisation context")]
public sealed class SharedAgents : IAsyncLifetime
{
    private readonly Lazy<Task<ConsulAgent>> _open = new(() => ConsulAgent.StartAsync());
    private readonly Lazy<Task<ConsulAgent>> _guarded = new(ConsulAgent.StartGuardedAsync);

    internal Task<ConsulAgent> OpenAsync() => _open.Value;

    internal Task<ConsulAgent> GuardedAsync() => _guarded.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var agent in new[] { _open, _guarded })
        {
            if (agent.IsValueCreated)
            {
                await (await agent.Value).DisposeAsync();
            }
        }
    }
}
