using Micro.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Micro.Hosting.Generic;

/// <summary>Writes handlers down until the service is made.</summary>
internal sealed class MicroBuilder(IServiceCollection services, MicroRegistration registration) : IMicroBuilder
{
    public string? Key => registration.Key;

    public IServiceCollection Services => services;

    public IMicroBuilder Add(EndpointDescription endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        registration.Endpoints.Add(endpoints);
        return this;
    }

    public IMicroBuilder RegisterWhileHealthy(Func<HealthCheckRegistration, bool>? which = null)
    {
        services.AddHealthChecks();
        services.AddOptions<MicroServiceOptions>(registration.OptionsName)
            .Configure<IServiceProvider>((options, provider) => options.RegisterCheck(new ApplicationHealth(provider, which).CheckAsync));
        return this;
    }
}
