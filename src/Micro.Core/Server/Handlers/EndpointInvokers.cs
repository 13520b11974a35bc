using System.Diagnostics.CodeAnalysis;
using Micro.Server.Handlers.Description;

namespace Micro.Server.Handlers;

/// <summary>Creates invokers from typed delegates, for handler objects and for delegates of the user.</summary>
internal static class EndpointInvokers
{
    /// <exception cref="ArgumentException">The name is invalid.</exception>
    public static EndpointInvoker Unary<
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest,
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<TRequest, HandlerContext, ValueTask<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata,
        IReadOnlyList<IHandlerInterceptor> interceptors,
        bool isInternal = false,
        ContractEndpoint? contract = null,
        IReadOnlyList<Attribute>? attributes = null)
    {
        EndpointName.ThrowIfInvalid(endpoint, nameof(endpoint), mayHavePackage: contract?.Method is not null);
        var description = EndpointDescriber.Unary<TRequest, TResponse>(endpoint, metadata);
        return new UnaryInvoker<TRequest, TResponse>(description, isInternal, handler, interceptors)
        {
            Definition = new EndpointDefinition(endpoint, description.Metadata, attributes ?? contract?.Attributes ?? []),
            Method = contract?.Method,
            JsonTypes = contract?.JsonTypes,
        };
    }

    /// <exception cref="ArgumentException">The name is invalid.</exception>
    public static EndpointInvoker Unary<
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest,
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata,
        IReadOnlyList<IHandlerInterceptor> interceptors,
        bool isInternal = false,
        ContractEndpoint? contract = null,
        IReadOnlyList<Attribute>? attributes = null) =>
        Unary<TRequest, TResponse>(
            endpoint,
            (request, context) => new ValueTask<TResponse>(handler(request, context)),
            metadata,
            interceptors,
            isInternal,
            contract,
            attributes);

    /// <exception cref="ArgumentException">The name is invalid.</exception>
    public static EndpointInvoker Stream<
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest,
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyDictionary<string, string>? metadata,
        IReadOnlyList<IHandlerInterceptor> interceptors,
        bool isInternal = false,
        ContractEndpoint? contract = null,
        IReadOnlyList<Attribute>? attributes = null)
    {
        EndpointName.ThrowIfInvalid(endpoint, nameof(endpoint), mayHavePackage: contract?.Method is not null);
        var description = EndpointDescriber.Stream(endpoint, metadata);
        return new StreamInvoker<TRequest, TResponse>(description, isInternal, handler, interceptors)
        {
            Definition = new EndpointDefinition(endpoint, description.Metadata, attributes ?? contract?.Attributes ?? []),
            Method = contract?.Method,
            JsonTypes = contract?.JsonTypes,
        };
    }
}
