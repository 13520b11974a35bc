using System.Diagnostics.CodeAnalysis;
using Micro.Server.Handlers;
using Micro.Server.Handlers.Binding;

namespace Micro.Server;

/// <summary>
/// The endpoints of a handler, of a contract or of a delegate, which a server binds when they are added to it. Created by
/// <see cref="MicroHandlerExtensions"/>.
/// </summary>
public sealed class EndpointDescription
{
    internal const string Unreferenced = "Binds methods by reflection; use the overloads with delegates in trimmed applications.";
    internal const string Dynamic = "Binds methods by reflection; use the overloads with delegates in applications compiled ahead of time.";

    private readonly Func<ServerBinding, IReadOnlyList<EndpointInvoker>> _bind;

    private EndpointDescription(string name, bool isHandler, Func<ServerBinding, IReadOnlyList<EndpointInvoker>> bind) =>
        (Name, IsHandler, _bind) = (name, isHandler, bind);

    /// <summary>Gets the name of the endpoint, or that of the handler's type.</summary>
    public string Name { get; }

    /// <summary>Gets whether these are all endpoints of a handler, whose name no other handler may have.</summary>
    internal bool IsHandler { get; }

    [RequiresUnreferencedCode(Unreferenced)]
    [RequiresDynamicCode(Dynamic)]
    internal static EndpointDescription OfHandler(object handler, Action<HandlerOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Create(handler.GetType(), configure, (binding, options) =>
            (handler as IContractHandler ?? binding.Stubs?.Find(handler, options)) is { } contract
                ? binding.Bind(contract, options)
                : binding.Bind(HandlerSource.Shared(handler), options));
    }

    [RequiresUnreferencedCode(Unreferenced)]
    [RequiresDynamicCode(Dynamic)]
    internal static EndpointDescription OfHandler<THandler>(Func<HandlerContext, THandler> create, Action<HandlerOptions>? configure)
        where THandler : class
    {
        ArgumentNullException.ThrowIfNull(create);
        return Create(typeof(THandler), configure, (binding, options) =>
            binding.Stubs?.Find(create, options) is { } contract ? binding.Bind(contract, options) : binding.Bind(HandlerSource.PerCall(create), options));
    }

    internal static EndpointDescription OfContract(IContractHandler handler, Action<HandlerOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Create(handler.GetType(), configure, (binding, options) => binding.Bind(handler, options));
    }

    internal static EndpointDescription OfDelegate<
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest,
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata)
    {
        EndpointName.ThrowIfInvalid(endpoint, nameof(endpoint));
        ArgumentNullException.ThrowIfNull(handler);
        return new(endpoint, isHandler: false, binding =>
            [EndpointInvokers.Unary(endpoint, handler, metadata, binding.Interceptors, attributes: HandlerAttributes.Of(handler))]);
    }

    internal static EndpointDescription OfStream<
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest,
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyDictionary<string, string>? metadata)
    {
        EndpointName.ThrowIfInvalid(endpoint, nameof(endpoint));
        ArgumentNullException.ThrowIfNull(handler);
        return new(endpoint, isHandler: false, binding =>
            [EndpointInvokers.Stream(endpoint, handler, metadata, binding.Interceptors, attributes: HandlerAttributes.Of(handler))]);
    }

    internal IReadOnlyList<EndpointInvoker> Bind(ServerBinding binding) => _bind(binding);

    private static EndpointDescription Create(
        Type handler, Action<HandlerOptions>? configure, Func<ServerBinding, HandlerOptions, IReadOnlyList<EndpointInvoker>> bind) =>
        new(handler.Name, isHandler: true, binding =>
        {
            var options = new HandlerOptions();
            configure?.Invoke(options);
            return bind(binding, options);
        });
}
