using Micro.Client;
using Micro.Registry;
using Micro.Selection;
using Micro.Server;
using Micro.Settings;
using Microsoft.Extensions.Logging;

namespace Micro.Wiring;

/// <summary>
/// Makes the components of a service and ties them together. A registry of a component's own wins over the service's,
/// that over the default; a registry named from outside wins over all that code set.
/// </summary>
internal sealed class ComponentBuilder(
    MicroServiceOptions options,
    SettingTarget target,
    IReadOnlyDictionary<string, Func<RegistryContext, IRegistry>> registries,
    ILoggerFactory loggers,
    List<string> warnings)
{
    private static readonly string[] RegistrySettings = ["registry", "registry_address", "registry_timeout"];
    private readonly List<IAsyncDisposable> _owned = [];

    public ServiceComponents Build()
    {
        var registry = BuildRegistry();
        var server = BuildServer(registry);
        var client = BuildClient(registry);
        target.Server.SnapshotAge = client is IReportsFreshness view ? () => view.SnapshotAge : null;
        _owned.Reverse();
        return new ServiceComponents(registry, server, client) { Owned = _owned };
    }

    private IRegistry BuildRegistry()
    {
        if (options.RegistryValue is { } given && (target.Registry is null || IsKind(given, target.Registry)))
        {
            WarnIfGiven("the registry was made by hand", "registry_address", "registry_timeout");
            return given;
        }

        var name = target.Registry ?? KnownNames.Get("registry", options.RegistryName ?? RegistryTable.Default, [.. registries.Keys]);
        var context = new RegistryContext
        {
            Name = name,
            Addresses = target.RegistryAddresses,
            Timeout = target.RegistryTimeout,
            LoggerFactory = loggers,
            TimeProvider = options.TimeProviderValue,
        };
        try
        {
            return Own(registries[name](context));
        }
        catch (Exception exception)
        {
            var origins = RegistrySettings.Where(target.Origins.ContainsKey).Select(key => target.Origins[key]).ToList();
            var from = origins.Count > 0 ? $" (from {string.Join(", ", origins)})" : "";
            throw new MicroConfigurationException([exception.Message + from], exception);
        }
    }

    private IMicroServer BuildServer(IRegistry registry)
    {
        var server = target.Server;
        server.LoggerFactory ??= loggers;
        server.TimeProvider = OwnTime(server.TimeProvider);
        if (options.ServerValue is { } given)
        {
            (given as IAdoptsRegistry)?.Adopt(registry);
            return given;
        }

        server.Registry = Choose(server.Registry, registry);
        return Own(Components.CreateServer(server));
    }

    private IMicroClient BuildClient(IRegistry registry)
    {
        if (options.ClientValue is { } given)
        {
            WarnIfGiven(
                "the client was made by hand",
                [.. target.Origins.Keys.Where(static name => name.StartsWith("client_", StringComparison.Ordinal)), "selector", "selector_cache_ttl"]);
            (given as IAdoptsRegistry)?.Adopt(registry);
            return given;
        }

        var client = target.Client;
        client.LoggerFactory ??= loggers;
        client.TimeProvider = OwnTime(client.TimeProvider);
        client.Registry = Choose(client.Registry, registry);
        client.Selector = ChooseSelector(client.Selector ?? options.SelectorValue);
        return Own(Components.CreateClient(client, ConfigureSelector));
    }

    /// <summary>A selector made by hand stays, unless another kind is asked for from outside.</summary>
    private ISelector? ChooseSelector(ISelector? given)
    {
        if (given is null || (target.Selector is { } name && !string.Equals(name, given.Name, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        WarnIfGiven("the selector was made by hand", "selector_cache_ttl");
        return given;
    }

    private void ConfigureSelector(SelectorOptions selector)
    {
        selector.Strategy = options.StrategyValue ?? selector.Strategy;
        options.SelectorConfiguration?.Invoke(selector);
        selector.Strategy = target.Selector is { } name && !string.Equals(name, "registry", StringComparison.Ordinal)
            ? SelectorStrategies.Get(name)
            : selector.Strategy;
        selector.CacheTtl = target.SelectorCacheTtl ?? selector.CacheTtl;
    }

    private IRegistry Choose(IRegistry? own, IRegistry service) =>
        own is null || (target.Registry is { } name && !IsKind(own, name)) ? service : own;

    private TimeProvider OwnTime(TimeProvider own) => ReferenceEquals(own, TimeProvider.System) ? options.TimeProviderValue : own;

    private void WarnIfGiven(string why, params string[] names)
    {
        foreach (var name in names.Where(target.Origins.ContainsKey))
        {
            warnings.Add($"{name} from {target.Origins[name]} has no effect: {why}");
        }
    }

    private T Own<T>(T component)
        where T : IAsyncDisposable
    {
        _owned.Add(component);
        return component;
    }

    private static bool IsKind(IRegistry registry, string name) =>
        string.Equals(registry.Name, name, StringComparison.OrdinalIgnoreCase);
}
