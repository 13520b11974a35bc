using System.Net;
using System.Net.Sockets;
using Micro.Registry;

namespace Micro.Tests.Hosting.Generic;

/// <summary>Notes registrations, and whether the node's port is open at that moment.</summary>
internal sealed class NotingRegistry(Steps steps) : IRegistry
{
    private readonly IRegistry _inner = MemoryRegistry.Create();

    public string Name => _inner.Name;

    public bool IsDisposed { get; private set; }

    public static async Task<bool> IsOpenAsync(string address)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPEndPoint.Parse(address));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async Task<Registration> RegisterAsync(ServiceRecord service, RegisterOptions options, CancellationToken cancellationToken = default)
    {
        steps.Add($"{service.Name} registers, {await StateOfAsync(service)}");
        return await _inner.RegisterAsync(service, options, cancellationToken);
    }

    public async Task DeregisterAsync(ServiceRecord service, CancellationToken cancellationToken = default)
    {
        steps.Add($"{service.Name} deregisters, {await StateOfAsync(service)}");
        await _inner.DeregisterAsync(service, cancellationToken);
    }

    public Task<IReadOnlyList<ServiceRecord>> GetServiceAsync(string name, CancellationToken cancellationToken = default) =>
        _inner.GetServiceAsync(name, cancellationToken);

    public Task<IReadOnlyList<ServiceRecord>> ListServicesAsync(CancellationToken cancellationToken = default) =>
        _inner.ListServicesAsync(cancellationToken);

    public IAsyncEnumerable<RegistryEvent> WatchAsync(string? service = null, CancellationToken cancellationToken = default) =>
        _inner.WatchAsync(service, cancellationToken);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return _inner.DisposeAsync();
    }

    private static async Task<string> StateOfAsync(ServiceRecord service) =>
        await IsOpenAsync(service.Nodes[0].Address) ? "open" : "closed";
}
