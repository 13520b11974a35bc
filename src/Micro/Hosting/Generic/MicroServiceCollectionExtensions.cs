using Micro;
using Micro.Client;
using Micro.Hosting;
using Micro.Hosting.Generic;
using Micro.Registry;
using Micro.Server;
using Micro.Settings;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Micro services to the container of a host or a web application.</summary>
public static class MicroServiceCollectionExtensions
{
    /// <summary>
    /// Adds a service: it registers when the host has started and deregisters before the host stops. Configuration, flags,
    /// logging and time are the host's. The container injects <see cref="MicroService"/>, <see cref="IMicroClient"/>,
    /// <see cref="IMicroServer"/> and <see cref="IRegistry"/>. Adding it again configures the same service further.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">Sets the options; flags, environment and configuration override them.</param>
    /// <returns>The builder, to which handlers are added.</returns>
    public static IMicroBuilder AddMicro(this IServiceCollection services, Action<MicroServiceOptions>? configure = null) =>
        Add(services, null, configure is null ? null : (_, options) => configure(options));

    /// <summary>Adds a service, with options that need services of the container.</summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">Gets the built container, and sets the options.</param>
    /// <returns>The builder, to which handlers are added.</returns>
    public static IMicroBuilder AddMicro(this IServiceCollection services, Action<IServiceProvider, MicroServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, null, configure);
    }

    /// <summary>
    /// Adds one of several services of a process. It has the key as its name unless it is given one, is injected with
    /// <c>[FromKeyedServices(key)]</c>, and reads the configuration <c>Micro:key</c> over <c>Micro</c>; name, version, id
    /// and addresses only there. Services of one process share nothing unless they are configured to.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="key">The key: no name of a setting, without colons.</param>
    /// <param name="configure">Sets the options; flags, environment and configuration override them.</param>
    /// <returns>The builder, to which handlers are added.</returns>
    /// <exception cref="ArgumentException">The key is empty, holds a colon, or is the name of a setting.</exception>
    public static IMicroBuilder AddMicro(this IServiceCollection services, string key, Action<MicroServiceOptions>? configure = null) =>
        Add(services, Checked(key), configure is null ? null : (_, options) => configure(options));

    /// <summary>Adds one of several services of a process, with options that need services of the container.</summary>
    /// <param name="services">The container.</param>
    /// <param name="key">The key: no name of a setting, without colons.</param>
    /// <param name="configure">Gets the built container, and sets the options.</param>
    /// <returns>The builder, to which handlers are added.</returns>
    /// <exception cref="ArgumentException">The key is empty, holds a colon, or is the name of a setting.</exception>
    public static IMicroBuilder AddMicro(this IServiceCollection services, string key, Action<IServiceProvider, MicroServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(services, Checked(key), configure);
    }

    private static MicroBuilder Add(IServiceCollection services, string? key, Action<IServiceProvider, MicroServiceOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var registration = Find(services, key) ?? Register(services, key);
        if (configure is not null)
        {
            services.AddOptions<MicroServiceOptions>(registration.OptionsName)
                .Configure<IServiceProvider>((options, provider) => configure(provider, options));
        }

        return new MicroBuilder(services, registration);
    }

    private static MicroRegistration Register(IServiceCollection services, string? key)
    {
        var registration = new MicroRegistration(key);
        services.AddOptions();
        services.AddLogging();
        services.AddSingleton(registration);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, MicroHostedService>());
        if (key is null)
        {
            services.AddSingleton(registration.Make);
            services.AddSingleton<IMicroClient>(provider => new SharedClient(registration.Get(provider).Client));
            services.AddSingleton<IMicroServer>(provider => new SharedServer(registration.Get(provider).Server));
            services.AddSingleton<IRegistry>(provider => new SharedRegistry(registration.Get(provider).Registry));
        }
        else
        {
            services.AddKeyedSingleton(key, (provider, _) => registration.Make(provider));
            services.AddKeyedSingleton<IMicroClient>(key, (provider, _) => new SharedClient(registration.Get(provider).Client));
            services.AddKeyedSingleton<IMicroServer>(key, (provider, _) => new SharedServer(registration.Get(provider).Server));
            services.AddKeyedSingleton<IRegistry>(key, (provider, _) => new SharedRegistry(registration.Get(provider).Registry));
        }

        return registration;
    }

    private static MicroRegistration? Find(IServiceCollection services, string? key) =>
        services.Where(static descriptor => !descriptor.IsKeyedService)
            .Select(static descriptor => descriptor.ImplementationInstance)
            .OfType<MicroRegistration>()
            .FirstOrDefault(registration => string.Equals(registration.Key, key, StringComparison.OrdinalIgnoreCase));

    private static string Checked(string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return key.Contains(':', StringComparison.Ordinal)
            || SettingsTable.All.Any(setting => string.Equals(setting.ConfigurationKey, key, StringComparison.OrdinalIgnoreCase))
            ? throw new ArgumentException($"key '{key}' must not hold a colon or be the name of a setting: the configuration Micro:{key} belongs to the service", nameof(key))
            : key;
    }
}
