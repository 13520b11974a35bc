using System.Diagnostics.CodeAnalysis;
using Micro.Basics;
using Microsoft.Extensions.Logging.Abstractions;

namespace Micro.Server.Handlers.Binding;

/// <summary>Binds handlers with what their server has: its interceptors, its log and the contracts it holds already.</summary>
/// <param name="options">The options of the server.</param>
/// <param name="contractOf">Returns the full name of the contract that holds a handler name, or <see langword="null"/>.</param>
internal sealed class ServerBinding(ServerOptions options, Func<string, string?> contractOf)
{
    public IStubs? Stubs => options.Stubs;

    public IReadOnlyList<IHandlerInterceptor> Interceptors { get; } = [.. options.Interceptors];

    public IReadOnlyList<EndpointInvoker> Bind(IContractHandler handler, HandlerOptions handlerOptions) =>
        ContractBinder.Bind(handler, handlerOptions, Interceptors, contractOf);

    [RequiresUnreferencedCode(EndpointDescription.Unreferenced)]
    [RequiresDynamicCode(EndpointDescription.Dynamic)]
    public IReadOnlyList<EndpointInvoker> Bind(HandlerSource handler, HandlerOptions handlerOptions) =>
        HandlerBinder.Bind(handler, handlerOptions, Interceptors, (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLineLogger("Micro.Server"));
}
