using System.Collections.Concurrent;
using Micro.Registry;
using Micro.Selection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Micro.Http;

/// <summary>
/// Where the HTTP clients of a service provider get their selectors from: its own settings if there are any, else the
/// selector, Micro service or registry that is registered, else environment and configuration. Disposes what it made.
/// </summary>
internal sealed class DiscoverySource(
    IServiceProvider services,
    IOptionsMonitor<HttpDiscoveryOptions> options,
    IEnumerable<DiscoveryConfiguration> configurations) : IAsyncDisposable, IDisposable
{
    private const string NoKey = "";
    private readonly ConcurrentDictionary<string, HttpDiscovery> _clients = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ISelector> _selectors = new(StringComparer.Ordinal);
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly Lock _gate = new();
    private MicroService? _service;
    private IRegistry? _registry;
    private bool _isDisposed;

    /// <summary>Creates a handler for a named client; all of one name share their budget and never own a selector.</summary>
    public MicroDiscoveryHandler CreateHandler(string client) => new(_clients.GetOrAdd(client, CreateDiscovery));

    /// <summary>
    /// Returns the registry in which services are found: that of the settings given here, else the one that is registered, a
    /// Micro service's, or the one that environment and configuration choose. Owned here, or by the container.
    /// </summary>
    public IRegistry GetRegistry()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return _registry ??= configurations.Any()
                ? MakeService().Registry
                : services.GetService<IRegistry>() ?? services.GetService<MicroService>()?.Registry ?? MakeService().Registry;
        }
    }

    public async ValueTask DisposeAsync()
    {
        List<IAsyncDisposable> owned;
        lock (_gate)
        {
            _isDisposed = true;
            owned = [.. _owned];
            _owned.Clear();
        }

        foreach (var component in owned)
        {
            await component.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>For providers that are disposed synchronously; takes a second at most per selector.</summary>
#pragma warning disable VSTHRD002 // There is no other way to keep that contract
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    private HttpDiscovery CreateDiscovery(string client)
    {
        var settings = options.Get(client);
        return new HttpDiscovery(GetSelector(settings.ServiceKey), settings, services.GetService<ILoggerFactory>(), services.GetService<TimeProvider>());
    }

    private ISelector GetSelector(string? key)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_selectors.TryGetValue(key ?? NoKey, out var selector))
            {
                selector = key is null ? FindOrMake() : FindKeyed(key);
                _selectors[key ?? NoKey] = selector;
            }

            return selector;
        }
    }

    private ISelector FindKeyed(string key) =>
        services.GetKeyedService<ISelector>(key)
        ?? services.GetKeyedService<MicroService>(key)?.Selector
        ?? Over(services.GetKeyedService<IRegistry>(key))
        ?? throw new MicroConfigurationException(
            [$"HTTP discovery: nothing is registered under the service key '{key}', no Micro service, selector or registry"]);

    private ISelector FindOrMake() =>
        configurations.Any()
            ? Make()
            : services.GetService<ISelector>() ?? services.GetService<MicroService>()?.Selector ?? Over(services.GetService<IRegistry>()) ?? Make();

    private ISelector? Over(IRegistry? registry)
    {
        if (registry is null)
        {
            return null;
        }

        var selector = Selectors.Create(
            made => made.Registry = registry,
            services.GetService<ILoggerFactory>(),
            services.GetService<TimeProvider>());
        _owned.Add(selector);
        return selector;
    }

    private ISelector Make() => MakeService().Selector;

    /// <summary>Returns a service that is never started: it serves as the one place that reads settings.</summary>
    private MicroService MakeService()
    {
        if (_service is not null)
        {
            return _service;
        }

        var service = MicroService.Create(made =>
        {
            if (services.GetService<ILoggerFactory>() is { } loggers)
            {
                made.Logging(loggers);
            }

            if (services.GetService<TimeProvider>() is { } time)
            {
                made.TimeProvider(time);
            }

            if (services.GetService<IConfiguration>() is { } configuration)
            {
                made.Configuration(configuration);
            }

            foreach (var own in configurations)
            {
                own.Configure(made);
            }
        });
        _owned.Add(service);
        return _service = service;
    }
}
