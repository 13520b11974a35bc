using System.Diagnostics.CodeAnalysis;

namespace Micro.Server.Handlers.Binding;

/// <summary>Creates invokers from the endpoints of a contract, without reflection.</summary>
internal sealed class ContractBinder : IContractBinder
{
    private readonly HandlerOptions _options;
    private readonly IReadOnlyList<IHandlerInterceptor> _interceptors;
    private readonly SortedDictionary<string, EndpointInvoker> _invokers = new(StringComparer.Ordinal);

    private readonly Func<string, string?> _contractOf;

    private ContractBinder(HandlerOptions options, IReadOnlyList<IHandlerInterceptor> interceptors, Func<string, string?> contractOf) =>
        (_options, _interceptors, _contractOf) = (options, interceptors, contractOf);

    /// <param name="handler">The handler.</param>
    /// <param name="options">Name, visibility and metadata.</param>
    /// <param name="interceptors">The interceptors of the server.</param>
    /// <param name="contractOf">Returns the full name of the contract that holds a handler name, or <see langword="null"/>.</param>
    /// <returns>At least one invoker, in order of method name.</returns>
    /// <exception cref="ArgumentException">
    /// The contract has no endpoint or one twice, or the options name something that does not exist.
    /// </exception>
    public static IReadOnlyList<EndpointInvoker> Bind(
        IContractHandler handler,
        HandlerOptions options,
        IReadOnlyList<IHandlerInterceptor> interceptors,
        Func<string, string?> contractOf)
    {
        if (options.Name is { } name)
        {
            EndpointName.ThrowIfInvalidHandler(name, nameof(handler));
        }

        var binder = new ContractBinder(options, interceptors, contractOf);
        handler.AddTo(binder);
        if (binder._invokers.Count == 0)
        {
            throw new ArgumentException($"handler {handler.GetType().Name} has no endpoint: its contract declares none", nameof(handler));
        }

        foreach (var endpoint in options.EndpointMetadata.Keys.Where(key => !binder._invokers.ContainsKey(key)))
        {
            throw new ArgumentException(
                $"metadata is set for unknown endpoint '{endpoint}': handler {handler.GetType().Name} has {string.Join(", ", binder._invokers.Keys)}", nameof(options));
        }

        return [.. binder._invokers.Values];
    }

    public void Unary<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var name = NameOf(endpoint);
        Add(EndpointInvokers.Unary(name, handler, MetadataOf(name, endpoint.Idempotent), _interceptors, _options.Internal, contract: endpoint));
    }

    public void ServerStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<TRequest, HandlerContext, IAsyncEnumerable<TResponse>> handler) =>
        Stream(endpoint, StreamShapes.Server(handler));

    public void ClientStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, Task<TResponse>> handler) =>
        Stream(endpoint, StreamShapes.Client<TRequest, TResponse>((requests, context) => new ValueTask<TResponse>(handler(requests, context))));

    public void BidirectionalStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, IAsyncEnumerable<TResponse>> handler) =>
        Stream(endpoint, StreamShapes.Bidirectional(handler));

    public void Stream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var name = NameOf(endpoint);
        Add(EndpointInvokers.Stream(name, handler, MetadataOf(name, endpoint.Idempotent), _interceptors, _options.Internal, contract: endpoint));
    }

    private void Add(EndpointInvoker invoker)
    {
        if (!_invokers.TryAdd(invoker.Name, invoker))
        {
            throw new ArgumentException($"the contract adds endpoint '{invoker.Name}' twice", nameof(invoker));
        }
    }

    /// <summary>
    /// The name in the options comes first. The short name of a service belongs to the first contract that has it; a
    /// contract of another package keeps its full name, so that two versions can coexist.
    /// </summary>
    private string NameOf(ContractEndpoint endpoint)
    {
        EndpointName.ThrowIfInvalid(endpoint.Name, nameof(endpoint));
        var (handler, method) = (EndpointName.HandlerOf(endpoint.Name), EndpointName.MethodOf(endpoint.Name));
        if (_options.Name is { } name)
        {
            return $"{name}.{method}";
        }

        return endpoint.Method?.Service.FullName is { } contract
            && _contractOf(handler) is { } holder
            && !string.Equals(holder, contract, StringComparison.Ordinal)
            ? $"{contract}.{method}"
            : endpoint.Name;
    }

    private Dictionary<string, string> MetadataOf(string endpoint, bool isIdempotent)
    {
        var metadata = _options.EndpointMetadata.TryGetValue(endpoint, out var given)
            ? new Dictionary<string, string>(given, StringComparer.Ordinal)
            : new Dictionary<string, string>(StringComparer.Ordinal);
        if (isIdempotent)
        {
            metadata.TryAdd("idempotent", "true"); // the options override it
        }

        return metadata;
    }
}
