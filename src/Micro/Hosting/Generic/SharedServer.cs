using Micro.Registry;
using Micro.Server;

namespace Micro.Hosting.Generic;

/// <summary>A service's server as the container hands it out: the service disposes it, not the container.</summary>
internal sealed class SharedServer(IMicroServer server) : IMicroServer
{
    public event EventHandler<ServerStateChangedEventArgs>? StateChanged
    {
        add => server.StateChanged += value;
        remove => server.StateChanged -= value;
    }

    public ServerOptions Options => server.Options;

    public string? Address => server.Address;

    public ServiceRecord? Record => server.Record;

    public ServerState State => server.State;

    public void Add(EndpointDescription endpoints) => server.Add(endpoints);

    public Task StartAsync(CancellationToken cancellationToken = default) => server.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => default;
}
