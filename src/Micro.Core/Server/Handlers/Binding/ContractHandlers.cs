using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Micro.Server.Handlers.Binding;

/// <summary>Brings a handler type that turned out to be a contract to where contracts go.</summary>
[RequiresUnreferencedCode("Finds the contract of a handler by reflection.")]
[RequiresDynamicCode("Makes a method of the handler's type at run time.")]
internal static class ContractHandlers
{
    /// <param name="server">Takes the handler.</param>
    /// <param name="create">Gives the handler of a call.</param>
    /// <param name="configure">Name, visibility and metadata.</param>
    /// <typeparam name="THandler">Implements <see cref="IContractHandler"/>.</typeparam>
    public static void Add<THandler>(IMicroServer server, Func<HandlerContext, THandler> create, Action<HandlerOptions>? configure)
        where THandler : class =>
        typeof(ContractHandlers)
            .GetMethod(nameof(AddContract), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(typeof(THandler))
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [server, create, configure], null);

    private static void AddContract<THandler>(IMicroServer server, Func<HandlerContext, THandler> create, Action<HandlerOptions>? configure)
        where THandler : class, IContractHandler =>
        server.HandleContract(create, configure);
}
