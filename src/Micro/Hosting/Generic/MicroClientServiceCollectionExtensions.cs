using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Micro;
using Micro.Client;
using CallOptions = Micro.Client.CallOptions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds clients that Grpc.Tools generates to the container of a host or a web application.</summary>
public static class MicroClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds a generated client that calls a service by its name, through the <see cref="IMicroClient"/> of the container: call
    /// <c>AddMicro</c> too. One object serves all, for it is safe for concurrent use.
    /// </summary>
    /// <typeparam name="TClient">The generated client, for example <c>Greeter.GreeterClient</c>.</typeparam>
    /// <param name="services">The container.</param>
    /// <param name="service">Name of the service in the registry.</param>
    /// <param name="options">Options of every call, or <see langword="null"/> for the client's own.</param>
    /// <param name="configure">Puts something around the calls, usually <c>invoker.Intercept(…)</c>; <see langword="null"/> for nothing.</param>
    /// <param name="key">Key of one of several Micro services in the container, which is the key of the client too; <see langword="null"/> for the one without.</param>
    /// <returns>The container.</returns>
    /// <exception cref="ArgumentException">The name of the service is empty.</exception>
    public static IServiceCollection AddMicroClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(
        this IServiceCollection services,
        string service,
        CallOptions? options = null,
        Func<IServiceProvider, CallInvoker, CallInvoker>? configure = null,
        string? key = null)
        where TClient : ClientBase
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(service);
        return key is null
            ? services.AddSingleton(provider => Create(provider, provider.GetRequiredService<IMicroClient>()))
            : services.AddKeyedSingleton(key, (provider, _) => Create(provider, provider.GetRequiredKeyedService<IMicroClient>(key)));

        TClient Create(IServiceProvider provider, IMicroClient client)
        {
            var invoker = client.AsCallInvoker(service, options, provider.GetService<TimeProvider>());
            return ActivatorUtilities.CreateInstance<TClient>(provider, configure?.Invoke(provider, invoker) ?? invoker);
        }
    }
}
