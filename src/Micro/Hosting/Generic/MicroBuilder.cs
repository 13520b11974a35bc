using System.Diagnostics.CodeAnalysis;
using Micro.Server;
using Micro.Transport.Grpc.Stubs.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Micro.Hosting.Generic;

/// <summary>Writes handlers down until the service is made.</summary>
internal sealed class MicroBuilder(IServiceCollection services, MicroRegistration registration) : IMicroBuilder
{
    public string? Key => registration.Key;

    public IServiceCollection Services => services;

    [RequiresUnreferencedCode("Binds methods by reflection; use the overloads with delegates in trimmed applications.")]
    [RequiresDynamicCode("Binds methods by reflection; use the overloads with delegates in applications compiled ahead of time.")]
    public IMicroBuilder Handle<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        services.TryAddScoped<THandler>();
        return Add(service => service.Handle(static context => context.Services.GetRequiredService<THandler>(), configure));
    }

    public IMicroBuilder HandleContract<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods)] THandler>(
        Action<HandlerOptions>? configure = null)
        where THandler : class
    {
        var stub = ServerStubs.Of(static context => context.Services.GetRequiredService<THandler>())
            ?? throw new ArgumentException($"{typeof(THandler).Name} derives from no service base of a generated gRPC stub: use Handle<{typeof(THandler).Name}>()", nameof(configure));
        services.TryAddScoped<THandler>();
        return Add(service => service.Handle(stub, configure));
    }

    public IMicroBuilder Handle(IContractHandler handler, Action<HandlerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Add(service => service.Handle(handler, configure));
    }

    public IMicroBuilder Handle<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<TRequest, HandlerContext, Task<TResponse>> handler,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(endpoint);
        ArgumentNullException.ThrowIfNull(handler);
        return Add(service => service.Handle(endpoint, handler, metadata));
    }

    public IMicroBuilder HandleStream<[DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest, [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string endpoint,
        Func<IServerStream<TRequest, TResponse>, HandlerContext, Task> handler,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(endpoint);
        ArgumentNullException.ThrowIfNull(handler);
        return Add(service => service.HandleStream(endpoint, handler, metadata));
    }

    public IMicroBuilder RegisterWhileHealthy(Func<HealthCheckRegistration, bool>? which = null)
    {
        services.AddHealthChecks();
        services.AddOptions<MicroServiceOptions>(registration.OptionsName)
            .Configure<IServiceProvider>((options, provider) => options.RegisterCheck(new ApplicationHealth(provider, which).CheckAsync));
        return this;
    }

    private MicroBuilder Add(Action<MicroService> handler)
    {
        registration.Handlers.Add(handler);
        return this;
    }
}
