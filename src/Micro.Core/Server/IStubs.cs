using System.Diagnostics.CodeAnalysis;

namespace Micro.Server;

/// <summary>Recognizes handlers that derive from the service base of a generated gRPC stub.</summary>
internal interface IStubs
{
    /// <summary>Returns the contract of a handler that serves all calls; <see langword="null"/> when it derives from no stub.</summary>
    [RequiresUnreferencedCode("Finds the contract by the handler's base classes.")]
    IContractHandler? Find(object handler, HandlerOptions options);

    /// <summary>Returns the contract of handlers that serve one call each; <see langword="null"/> when their type derives from no stub.</summary>
    [RequiresUnreferencedCode("Finds the contract by the handler's base classes.")]
    IContractHandler? Find<THandler>(Func<HandlerContext, THandler> create, HandlerOptions options)
        where THandler : class;
}
