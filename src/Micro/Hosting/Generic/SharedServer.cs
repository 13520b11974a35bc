using System.Diagnostics.CodeAnalysis;
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

    [RequiresUnreferencedCode("Binds methods by reflection; use the overloads with delegates in trimmed applications.")]
    [RequiresDynamicCode("Binds methods by reflection; use the overloads with delegates in applications compiled ahead of time.")]
    public void Handle(object handler, Action<HandlerOptions>? configure = null) => server.Handle(handler, configure);

    [RequiresUnreferencedCode("Binds methods by reflection; use the overloads with delegates in trimmed applications.")]
    [RequiresDynamicCode("Binds methods by reflection; use the overloads with delegates in applications compiled ahead of time.")]
    public void Handle<THandler>(Func<HandlerContext, THandler> create, Action<HandlerOptions>? configure = null)
        where THandler : class =>
        server.Handle(create, configure);

    public void Handle(IContractHandler handler, Action<HandlerOptions>? configure = null) => server.Handle(handler, configure);

    public void Handle<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata = null) =>
        server.Handle(endpoint, handler, metadata);

    public void HandleStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyDictionary<string, string>? metadata = null) =>
        server.HandleStream(endpoint, handler, metadata);

    public Task StartAsync(CancellationToken cancellationToken = default) => server.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken = default) => server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => default;
}
