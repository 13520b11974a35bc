using Micro;
using Micro.Http;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the discovery of services in a registry to HTTP clients.</summary>
public static class MicroDiscoveryExtensions
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Sends the requests of this client to <c>http://service/…</c> to a node of that service; see
    /// <see cref="MicroDiscoveryHandler"/>. Gives its <see cref="SocketsHttpHandler"/> a connect timeout of 2 s unless it
    /// has one. Calling it again only adds settings.
    /// </summary>
    /// <param name="builder">The client; handlers added before it see service names and run once per request, those added after it run once per attempt.</param>
    /// <param name="configure">Sets its options.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>Wrong settings are reported when the first client is created: <see cref="MicroConfigurationException"/>.</remarks>
    public static IHttpClientBuilder AddMicroDiscovery(this IHttpClientBuilder builder, Action<HttpDiscoveryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddMicroDiscovery();
        if (configure is not null)
        {
            builder.Services.Configure(builder.Name, configure);
        }

        var name = builder.Name ?? Options.Options.DefaultName; // none for the defaults of all clients
        return builder
            .ConfigurePrimaryHttpMessageHandler(static (handler, _) =>
            {
                if (handler is SocketsHttpHandler sockets && sockets.ConnectTimeout == Timeout.InfiniteTimeSpan)
                {
                    sockets.ConnectTimeout = ConnectTimeout;
                }
            })
            .ConfigureAdditionalHttpMessageHandlers((handlers, services) =>
            {
                if (!handlers.Any(static handler => handler is MicroDiscoveryHandler))
                {
                    handlers.Add(services.GetRequiredService<DiscoverySource>().CreateHandler(name));
                }
            });
    }

    /// <summary>
    /// Configures where HTTP clients find services. Not needed beside a Micro service: without settings given here, a selector or
    /// registry that is registered is used; without that either, <c>MICRO_*</c> variables and the section <c>Micro</c> of
    /// the configuration choose the registry.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Registry and selector of their own for HTTP clients, for example <c>o => o.UseConsul()</c>; other settings have no effect.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddMicroDiscovery(this IServiceCollection services, Action<MicroServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddHttpClient();
        services.TryAddSingleton<DiscoverySource>();
        if (configure is not null)
        {
            services.AddSingleton(new DiscoveryConfiguration(configure));
        }

        return services;
    }
}
