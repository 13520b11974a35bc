using Micro.Registry;
using Micro.Server;

namespace Micro.InteropTests.Mucp;

/// <summary>A server of ours with the recorded greeter on a loopback port.</summary>
public sealed class MucpServerFixture : IAsyncLifetime
{
    private readonly IRegistry _registry = MemoryRegistry.Create();

    public IMicroServer Server { get; private set; } = null!;

    public string Address => Server.Address!;

    public async Task InitializeAsync()
    {
        Server = new RpcServer(new ServerOptions { Name = "greeter", Address = "127.0.0.1:0", Registry = _registry, DrainDelay = TimeSpan.Zero });
        Server.Handle(new RecordedGreeter(), handler => handler.Name = "Greeter");
        await Server.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        await _registry.DisposeAsync();
    }
}
