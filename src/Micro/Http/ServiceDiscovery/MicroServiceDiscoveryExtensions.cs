using Micro.Http.ServiceDiscovery;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.ServiceDiscovery;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds services in a registry to .NET's service discovery.</summary>
public static class MicroServiceDiscoveryExtensions
{
    /// <summary>
    /// Resolves the service names of <c>Microsoft.Extensions.ServiceDiscovery</c>, as Aspire and YARP use it, through the
    /// registry: that of a Micro service in the container, a registry that is registered, or the one that <c>MICRO_*</c>
    /// variables and the section <c>Micro</c> of the configuration choose. Call <c>AddServiceDiscovery()</c> too. A name that
    /// the configuration resolves, or that the registry does not know, is left to the other providers.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddMicroServiceEndpointProvider(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddMicroDiscovery();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceEndpointProviderFactory, RegistryEndpointProviderFactory>());
        return services;
    }
}
