using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Reflection;

namespace Micro.Server.Handlers.Binding;

/// <summary>Turns the endpoints that a contract hands over into invokers; no reflection.</summary>
internal sealed class ContractBinder : IContractBinder
{
    private readonly HandlerOptions _options;
    private readonly IReadOnlyList<IHandlerInterceptor> _interceptors;
    private readonly SortedDictionary<string, EndpointInvoker> _invokers = new(StringComparer.Ordinal);

    private ContractBinder(HandlerOptions options, IReadOnlyList<IHandlerInterceptor> interceptors) =>
        (_options, _interceptors) = (options, interceptors);

    /// <returns>At least one invoker, in order of method name.</returns>
    /// <exception cref="ArgumentException">
    /// The contract has no endpoint or one twice, or the options name something that does not exist.
    /// </exception>
    public static IReadOnlyList<EndpointInvoker> Bind(IContractHandler handler, HandlerOptions options, IReadOnlyList<IHandlerInterceptor> interceptors) =>
        Bind(handler.GetType(), handler.AddTo, options, interceptors);

    /// <summary>The same for handlers that live for one call.</summary>
    /// <exception cref="NotSupportedException">The handler has one object for all calls only.</exception>
    public static IReadOnlyList<EndpointInvoker> Bind<THandler>(
        Func<HandlerContext, THandler> create, HandlerOptions options, IReadOnlyList<IHandlerInterceptor> interceptors)
        where THandler : class, IContractHandler =>
        Bind(typeof(THandler), binder => THandler.AddTo(binder, create), options, interceptors);

    private static IReadOnlyList<EndpointInvoker> Bind(
        Type handler, Action<IContractBinder> addTo, HandlerOptions options, IReadOnlyList<IHandlerInterceptor> interceptors)
    {
        if (options.Name is { } name)
        {
            EndpointName.ThrowIfInvalidHandler(name, nameof(handler));
        }

        var binder = new ContractBinder(options, interceptors);
        addTo(binder);
        if (binder._invokers.Count == 0)
        {
            throw new ArgumentException($"handler {handler.Name} has no endpoint: its contract declares none", nameof(handler));
        }

        foreach (var endpoint in options.EndpointMetadata.Keys.Where(key => !binder._invokers.ContainsKey(key)))
        {
            throw new ArgumentException(
                $"metadata is given for '{endpoint}', handler {handler.Name} has {string.Join(", ", binder._invokers.Keys)}", nameof(options));
        }

        return [.. binder._invokers.Values];
    }

    public void Unary<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        MethodDescriptor method,
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler)
    {
        var name = NameOf(endpoint);
        Add(EndpointInvokers.Unary(name, handler, MetadataOf(name, method), _interceptors, _options.Internal, method));
    }

    public void ServerStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        MethodDescriptor method,
        string endpoint,
        Func<TRequest, HandlerContext, IAsyncEnumerable<TResponse>> handler) =>
        Stream(method, endpoint, StreamShapes.Server(handler));

    public void ClientStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        MethodDescriptor method,
        string endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, Task<TResponse>> handler) =>
        Stream(method, endpoint, StreamShapes.Client<TRequest, TResponse>((requests, context) => new ValueTask<TResponse>(handler(requests, context))));

    public void BidirectionalStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        MethodDescriptor method,
        string endpoint,
        Func<IAsyncEnumerable<TRequest>, HandlerContext, IAsyncEnumerable<TResponse>> handler) =>
        Stream(method, endpoint, StreamShapes.Bidirectional(handler));

    private void Stream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        MethodDescriptor method,
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler)
    {
        var name = NameOf(endpoint);
        Add(EndpointInvokers.Stream(name, handler, MetadataOf(name, method), _interceptors, _options.Internal, method));
    }

    public void Unary<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var name = NameOf(endpoint.Name);
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

    private void Stream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        ContractEndpoint endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var name = NameOf(endpoint.Name);
        Add(EndpointInvokers.Stream(name, handler, MetadataOf(name, endpoint.Idempotent), _interceptors, _options.Internal, contract: endpoint));
    }

    private void Add(EndpointInvoker invoker)
    {
        if (!_invokers.TryAdd(invoker.Name, invoker))
        {
            throw new ArgumentException($"endpoint '{invoker.Name}' is given twice: a contract hands each over once", nameof(invoker));
        }
    }

    private string NameOf(string endpoint)
    {
        EndpointName.ThrowIfInvalid(endpoint, nameof(endpoint));
        return _options.Name is { } handler ? handler + endpoint[endpoint.IndexOf('.', StringComparison.Ordinal)..] : endpoint;
    }

    private Dictionary<string, string> MetadataOf(string endpoint, MethodDescriptor method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return MetadataOf(
            endpoint,
            method.GetOptions()?.IdempotencyLevel is MethodOptions.Types.IdempotencyLevel.Idempotent or MethodOptions.Types.IdempotencyLevel.NoSideEffects);
    }

    private Dictionary<string, string> MetadataOf(string endpoint, bool isIdempotent)
    {
        var metadata = _options.EndpointMetadata.TryGetValue(endpoint, out var given)
            ? new Dictionary<string, string>(given, StringComparer.Ordinal)
            : new Dictionary<string, string>(StringComparer.Ordinal);
        if (isIdempotent)
        {
            metadata.TryAdd("idempotent", "true"); // the options have the last word
        }

        return metadata;
    }
}
