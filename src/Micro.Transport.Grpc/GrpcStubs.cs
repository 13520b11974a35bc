using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Micro.Client;
using Micro.Server;
using Micro.Transport.Grpc.Stubs.Client;
using Micro.Transport.Grpc.Stubs.Server;
using Microsoft.Extensions.DependencyInjection;
using CallOptions = Micro.Client.CallOptions;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Micro;

/// <summary>
/// Connects the classes that Grpc.Tools generates from a <c>.proto</c> file with servers and clients of this framework, over
/// mucp and gRPC alike.
/// </summary>
public static class GrpcStubs
{
    /// <summary>
    /// Returns what a generated client calls through: <c>new Greeter.GreeterClient(client.AsCallInvoker("greeter"))</c> calls the
    /// service by its name, with the selector, retries, interceptors and time limits of the client. A deadline of a call
    /// replaces the client's time limits. Failures are <see cref="RpcException"/>: the status of the server as it is, or for
    /// an error of this framework the status that go-micro's table gives its code, with the error JSON as detail. Safe for
    /// concurrent use; the client stays the caller's.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="service">Name of the service in the registry.</param>
    /// <param name="options">Options of every call, or <see langword="null"/> for the client's own.</param>
    /// <param name="timeProvider">Source of time for deadlines; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public static CallInvoker AsCallInvoker(this IMicroClient client, string service, CallOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrEmpty(service);
        return new StubCallInvoker(client, service, options ?? new CallOptions(), timeProvider ?? TimeProvider.System);
    }

    /// <summary>
    /// Adds the service of a <c>.proto</c> file by the code that Grpc.Tools generates for it, without reflection:
    /// <c>server.HandleContract(Greeter.Descriptor, binder => Greeter.BindService(binder, new GreeterService()))</c>.
    /// </summary>
    /// <param name="endpoints">The server or service.</param>
    /// <param name="contract">The generated descriptor of the service.</param>
    /// <param name="bind">Calls the generated <c>BindService</c> with a handler, which serves all calls at once.</param>
    /// <param name="configure">Name, visibility, metadata and interceptors.</param>
    /// <exception cref="ArgumentException">The binding belongs to another contract, or the name is taken.</exception>
    /// <exception cref="InvalidOperationException">The server was started.</exception>
    public static void HandleContract(
        this IEndpointCollection endpoints, ServiceDescriptor contract, Action<ServiceBinderBase> bind, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(contract);
        ArgumentNullException.ThrowIfNull(bind);
        endpoints.Add(new StubHandler(contract, bind).Describe(configure));
    }

    /// <summary>
    /// Returns <see cref="HandlerContext.Stopping"/> of the call: it fires when the server begins to stop, long before
    /// <see cref="ServerCallContext.CancellationToken"/> does. The handler of a stream then ends it and returns.
    /// </summary>
    /// <param name="context">The context that a handler derived from a generated service base gets.</param>
    /// <exception cref="ArgumentException">The context belongs to a server of another framework.</exception>
    public static CancellationToken Stopping(this ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context is StubContext call
            ? call.Stopping
            : throw new ArgumentException($"{context.GetType().Name} is not the context of a call of this framework", nameof(context));
    }

    /// <summary>Returns <see cref="HandlerContext.User"/> of the call: the caller as an interceptor of the server has identified it.</summary>
    /// <param name="context">The context that a handler derived from a generated service base gets.</param>
    /// <exception cref="ArgumentException">The context belongs to a server of another framework.</exception>
    public static ClaimsPrincipal User(this ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context is StubContext call
            ? call.User
            : throw new ArgumentException($"{context.GetType().Name} is not the context of a call of this framework", nameof(context));
    }

    /// <summary>Adds a gRPC interceptor to a handler that derives from a generated service base; the first one is outermost.</summary>
    /// <param name="options">The options of the handler.</param>
    /// <param name="interceptor">The interceptor; called by many threads at once.</param>
    /// <returns>The options.</returns>
    public static HandlerOptions Intercept(this HandlerOptions options, Interceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(interceptor);
        options.StubInterceptors.Add(new StubInterceptor(_ => interceptor));
        return options;
    }

    /// <summary>
    /// Adds a gRPC interceptor from the container of the call, or created with services of it, to a handler that derives from a
    /// generated service base; the first one is outermost.
    /// </summary>
    /// <typeparam name="TInterceptor">Type of the interceptor.</typeparam>
    /// <param name="options">The options of the handler.</param>
    /// <returns>The options.</returns>
    public static HandlerOptions Intercept<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TInterceptor>(this HandlerOptions options)
        where TInterceptor : Interceptor
    {
        ArgumentNullException.ThrowIfNull(options);
        options.StubInterceptors.Add(new StubInterceptor(static context => ActivatorUtilities.GetServiceOrCreateInstance<TInterceptor>(context.Services)));
        return options;
    }
}
