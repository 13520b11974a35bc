using Micro.Registry;
using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>Tests the warning of a server that registers a loopback address.</summary>
public sealed class LoopbackAddressTests
{
    [Theory]
    [InlineData("consul", "127.0.0.1:0", "", true)]
    [InlineData("consul", "[::1]:0", "", true)]
    [InlineData("consul", "127.0.0.1:0", "10.0.0.1:80", false)]
    [InlineData("consul", "127.0.0.1:0", "orders.example:80", false)]
    [InlineData("memory", "127.0.0.1:0", "", false)]
    public async Task Start_AddressInRegistry_WarnsOfLoopbackThatOthersRead(string name, string listen, string advertise, bool expected)
    {
        using var log = new CapturingLoggerFactory();
        await using var memory = MemoryRegistry.Create();
        await using var registry = new NamedRegistry(name, memory);
        await using var server = new RpcServer(new ServerOptions
        {
            Name = "greeter",
            Address = listen,
            Advertise = advertise,
            DrainDelay = TimeSpan.Zero,
            Registry = registry,
            LoggerFactory = log,
        });

        await server.StartAsync();

        var warnings = log.Entries.Where(static entry => entry.Id.Name == "LoopbackAdvertised").Select(static entry => (entry.Level, entry.Message));
        warnings.Should().Equal(expected
            ? [(LogLevel.Warning, $"The loopback address {server.Address} is registered in {name}, but callers on other machines cannot reach it. Set --server_address or --server_advertise")]
            : Array.Empty<(LogLevel, string)>());
        await server.StopAsync();
    }

    private sealed class NamedRegistry(string name, IRegistry inner) : IRegistry
    {
        public string Name => name;

        public Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default) =>
            inner.RegisterAsync(service, options, cancellationToken);

        public Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default) => inner.DeregisterAsync(service, cancellationToken);

        public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) => inner.GetServiceAsync(name, cancellationToken);

        public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) => inner.ListServicesAsync(cancellationToken);

        public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default) => inner.WatchAsync(service, cancellationToken);

        public ValueTask DisposeAsync() => default;
    }
}
