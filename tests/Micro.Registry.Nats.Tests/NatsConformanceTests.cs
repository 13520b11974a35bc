using System.Text;
using Micro.Registry.Conformance;
using NATS.Client.Core;

namespace Micro.Registry.Nats.Tests;

/// <summary>The rules of all registries, against a real nats-server.</summary>
public sealed class NatsConformanceTests(NatsConformanceTests.Servers servers) : GuardedRegistryConformance, IClassFixture<NatsConformanceTests.Servers>
{
    protected override string? SkipReason => NatsServer.SkipReason;

    protected override Task<IRegistry> CreateAsync() => Task.FromResult(Create(servers.Open));

    protected override Task<IRegistry> CreatePeerAsync() => CreateAsync();

    protected override Task<IRegistry> CreateUnreachableAsync() => Task.FromResult(Create($"127.0.0.1:{FreePorts.Next()}"));

    protected override Task<IRegistry> CreateDeniedAsync() => Task.FromResult(Create($"nats://someone:wrong@{servers.Guarded}"));

    protected override async Task WriteUndecodableAsync(string service)
    {
        await using var connection = new NatsConnection(new NatsOpts { Url = $"nats://{servers.Open}" });
        await connection.PublishAsync("micro.nats.watch", Encoding.UTF8.GetBytes($$"""{"Service":{"name":"{{service}}","nodes":7},"Action":"create"}"""));
        await connection.PingAsync();
    }

    private static IRegistry Create(string address) => NatsRegistry.Create(options => options.Addresses.Add(address));

    /// <summary>One server for the class, and one that wants a password.</summary>
    public sealed class Servers : IAsyncLifetime
    {
        private NatsServer? _open;
        private NatsServer? _guarded;

        public string Open => _open!.Address;

        public string Guarded => _guarded!.Address;

        public async Task InitializeAsync()
        {
            if (NatsServer.SkipReason is null)
            {
                _open = await NatsServer.StartAsync();
                _guarded = await NatsServer.StartAsync("--user", "someone", "--pass", "right");
            }
        }

        public async Task DisposeAsync()
        {
            foreach (var server in new[] { _open, _guarded }.OfType<NatsServer>())
            {
                await server.DisposeAsync();
            }
        }
    }
}
