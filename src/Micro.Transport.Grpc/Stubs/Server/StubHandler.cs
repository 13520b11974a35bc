using Google.Protobuf.Reflection;
using Grpc.Core;
using Micro.Server;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>A service of a <c>.proto</c> file whose generated binding hands over its methods; one object serves all calls.</summary>
internal class StubHandler(ServiceDescriptor contract, Action<ServiceBinderBase> bind) : IContractHandler
{
    public ServiceDescriptor Contract => contract;

    /// <summary>The interceptors, outermost first: <see cref="StubInterceptor"/> each.</summary>
    public IList<object> Interceptors { get; set; } = [];

    /// <exception cref="ArgumentException">The binding hands over an rpc that the contract does not declare.</exception>
    public void AddTo(IContractBinder binder) => bind(CreateBinder(binder));

    /// <summary>Adds this contract to a server.</summary>
    public void AddTo(IMicroServer server, Action<HandlerOptions>? configure) => server.Handle(this, options =>
    {
        configure?.Invoke(options);
        Interceptors = options.StubInterceptors;
    });

    protected virtual StubBinder CreateBinder(IContractBinder binder) => new(this, binder);
}
