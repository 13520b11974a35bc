using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Micro.Server;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>A service of a <c>.proto</c> file with an object for each call, usually from the container.</summary>
internal sealed class PerCallStubHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] THandler>(
    ServiceDescriptor contract,
    Action<ServiceBinderBase> bind,
    Func<HandlerContext, THandler> create) : StubHandler(contract, bind)
    where THandler : class
{
    protected override StubBinder CreateBinder(IContractBinder binder) => new PerCallStubBinder<THandler>(this, binder, create);
}
