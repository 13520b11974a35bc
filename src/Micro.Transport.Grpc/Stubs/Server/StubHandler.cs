using Google.Protobuf.Reflection;
using Grpc.Core;
using Micro.Server;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>A service of a <c>.proto</c> file whose generated binding adds its methods.</summary>
/// <param name="contract">The generated descriptor of the service.</param>
/// <param name="bind">Calls the generated binding.</param>
/// <param name="createBinder">Creates the binder of a handler per call; <see langword="null"/> when one object serves all calls.</param>
internal sealed class StubHandler(
    ServiceDescriptor contract,
    Action<ServiceBinderBase> bind,
    Func<StubHandler, IContractBinder, StubBinder>? createBinder = null) : IContractHandler
{
    public ServiceDescriptor Contract => contract;

    /// <summary>The interceptors, outermost first: <see cref="StubInterceptor"/> each.</summary>
    public IList<object> Interceptors { get; set; } = [];

    /// <exception cref="ArgumentException">The binding adds an rpc that the contract does not declare.</exception>
    public void AddTo(IContractBinder binder) => bind(createBinder?.Invoke(this, binder) ?? new StubBinder(this, binder));

    /// <summary>Describes the endpoints of this contract.</summary>
    public EndpointDescription Describe(Action<HandlerOptions>? configure) => EndpointDescription.OfContract(this, options =>
    {
        configure?.Invoke(options);
        Interceptors = options.StubInterceptors;
    });
}
