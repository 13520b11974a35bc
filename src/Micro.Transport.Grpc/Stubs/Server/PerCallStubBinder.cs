using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.Core;
using Micro.Server;

namespace Micro.Transport.Grpc.Stubs.Server;

/// <summary>
/// Binds the methods of a handler type, whose object is created for each call. An open delegate is created once for each
/// method, so a call costs no reflection.
/// </summary>
internal sealed class PerCallStubBinder<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] THandler>(
    StubHandler stub,
    IContractBinder binder,
    Func<HandlerContext, THandler> create) : StubBinder(stub, binder)
    where THandler : class
{
    protected override Func<HandlerContext, UnaryServerMethod<TRequest, TResponse>> UnaryOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
    {
        var open = Open<Func<THandler, TRequest, ServerCallContext, Task<TResponse>>>(method, typeof(TRequest), typeof(ServerCallContext));
        return context =>
        {
            var handler = create(context);
            return (request, call) => open(handler, request, call);
        };
    }

    protected override Func<HandlerContext, ServerStreamingServerMethod<TRequest, TResponse>> ServerStreamingOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
    {
        var open = Open<Func<THandler, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method, typeof(TRequest), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        return context =>
        {
            var handler = create(context);
            return (request, responses, call) => open(handler, request, responses, call);
        };
    }

    protected override Func<HandlerContext, ClientStreamingServerMethod<TRequest, TResponse>> ClientStreamingOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
    {
        var open = Open<Func<THandler, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(ServerCallContext));
        return context =>
        {
            var handler = create(context);
            return (requests, call) => open(handler, requests, call);
        };
    }

    protected override Func<HandlerContext, DuplexStreamingServerMethod<TRequest, TResponse>> DuplexStreamingOf<TRequest, TResponse>(Method<TRequest, TResponse> method)
    {
        var open = Open<Func<THandler, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(
            method, typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext));
        return context =>
        {
            var handler = create(context);
            return (requests, responses, call) => open(handler, requests, responses, call);
        };
    }

    protected override IReadOnlyList<Attribute> AttributesOf(IMethod method) =>
        HandlerAttributes.Of(typeof(THandler), typeof(THandler).GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(candidate => string.Equals(candidate.Name, method.Name, StringComparison.Ordinal)
                && candidate.GetParameters() is [.., { ParameterType: var last }] && last == typeof(ServerCallContext)));

    private static TDelegate Open<TDelegate>(IMethod method, params Type[] parameters)
        where TDelegate : Delegate =>
        (typeof(THandler).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, parameters)
            ?? throw new ArgumentException($"{typeof(THandler).Name} has no method for {method.FullName}", nameof(method))).CreateDelegate<TDelegate>();
}
