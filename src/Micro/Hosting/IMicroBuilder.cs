using Micro.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Micro.Hosting;

/// <summary>
/// A service that was added to a container: accepts its handlers, for which <see cref="MicroBuilderExtensions"/> has the methods.
/// Not safe for concurrent use, like the container before it is built.
/// </summary>
public interface IMicroBuilder
{
    /// <summary>Key of the service among several in one container; <see langword="null"/> for the one without.</summary>
    string? Key { get; }

    /// <summary>The container that is being filled.</summary>
    IServiceCollection Services { get; }

    /// <summary>Adds endpoints, which are bound when the service is created.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <returns>This builder.</returns>
    IMicroBuilder Add(EndpointDescription endpoints);

    /// <summary>
    /// Registers the service only while health checks of the application pass: they become its
    /// <see cref="MicroServiceOptions.RegisterCheck"/>. Checks of Micro itself are left out, or a service that is not
    /// registered would never become healthy enough to register.
    /// </summary>
    /// <param name="which">Which checks count; <see langword="null"/> for all.</param>
    /// <returns>This builder.</returns>
    IMicroBuilder RegisterWhileHealthy(Func<HealthCheckRegistration, bool>? which = null);
}
