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
        var selector = BuildSelector(registry);
        var client = BuildClient(registry, selector);
        target.Server.SnapshotAge = client is IReportsFreshness view ? () => view.SnapshotAge : null;
        _owned.Reverse();
        return new ServiceComponents(registry, selector, server, client) { Owned = _owned };
    }

    private IRegistry BuildRegistry()
    {
        if (options.RegistryValue is { } given && (target.Registry is null || IsKind(given, target.Registry)))
        {
            WarnIfGiven("the registry was created in code", "registry_address", "registry_timeout");
            return given;
        }

        try
        {
            return Own(MakeRegistry());
        }
        catch (Exception exception)
        {
            var origins = RegistrySettings.Where(target.Origins.ContainsKey).Select(key => target.Origins[key]).ToList();
            var from = origins.Count > 0 ? $" (from {string.Join(", ", origins)})" : "";
            throw new MicroConfigurationException([exception.Message + from], exception);
        }
    }

    private IRegistry MakeRegistry()
    {
        var names = RegistryNames.Parse(target.Registry ?? options.RegistryNamesValue ?? options.RegistryName ?? RegistryTable.Default, [.. registries.Keys]);
        var addresses = RegistryAddresses.Assign(target.RegistryAddresses, names, [.. registries.Keys]);
        foreach (var unused in addresses.Keys.Except(names, StringComparer.OrdinalIgnoreCase))
        {
            warnings.Add($"address of '{unused}' from {target.Origins["registry_address"]} has no effect: the registry is {string.Join(',', names)}");
        }

        var results = names.Select(static name => (Name: name, Settings: new RegistryResult())).ToList();
        IRegistry[] made = [.. results.Select(result => registries[result.Name](new RegistryContext
        {
            Name = result.Name,
            Addresses = addresses.TryGetValue(result.Name, out var own) ? own : [],
            Timeout = target.RegistryTimeout,
            LoggerFactory = loggers,
            TimeProvider = options.TimeProviderValue,
            Result = result.Settings,
        }))];
        target.Decide(
            "registry_timeout",
            RegistryResult.Join(results, static settings => DurationText.Format(settings.Timeout)),
            results.Exists(static result => result.Settings.IsTimeoutFromCode) ? "code" : "default");
        target.Decide("registry_address", RegistryResult.Join(results, static settings => settings.Addresses), "code");
        return made.Length == 1 ? made[0] : Registries.Combine(made, loggers, options.TimeProviderValue);
    }

    private IMicroServer BuildServer(IRegistry registry)
    {
        var server = target.Server;
        server.LoggerFactory ??= loggers;
        server.TimeProvider = OwnTime(server.TimeProvider);
        target.Decide("server_drain_delay", DurationText.Format(DrainDelays.Default((server.Registry ?? registry).Name)), "default");
        if (options.ServerValue is { } given)
        {
            (given as IAdoptsRegistry)?.Adopt(registry);
            return given;
        }

        server.Registry = Choose(server.Registry, registry);
        return Own(Components.CreateServer(server));
    }

    /// <summary>The selector of the client, shared with whatever else finds services; over the client's own registry if it has one.</summary>
    private ISelector BuildSelector(IRegistry registry)
    {
        var client = target.Client;
        return ChooseSelector(client.Selector ?? options.SelectorValue)
            ?? Own(Components.CreateSelector(Choose(client.Registry, registry), ConfigureSelector, client.LoggerFactory ?? loggers, OwnTime(client.TimeProvider)));
    }

    private IMicroClient BuildClient(IRegistry registry, ISelector selector)
    {
        if (options.ClientValue is { } given)
        {
            WarnIfGiven(
                "the client was created in code",
                [.. target.Origins.Keys.Where(static name => name.StartsWith("client_", StringComparison.Ordinal)), "selector", "selector_cache_ttl"]);
            (given as IAdoptsRegistry)?.Adopt(registry);
            return given;
        }

        var client = target.Client;
        client.LoggerFactory ??= loggers;
        client.TimeProvider = OwnTime(client.TimeProvider);
        client.Registry = Choose(client.Registry, registry);
        client.Selector = selector;
        return Own(Components.CreateClient(client, configureSelector: null));
    }

    /// <summary>A selector created in code stays, unless another kind is asked for from outside.</summary>
    private ISelector? ChooseSelector(ISelector? given)
    {
        if (given is null || (target.Selector is { } name && !string.Equals(name, given.Name, StringComparison.OrdinalIgnoreCase)))
        {
            return null;
        }

        WarnIfGiven("the selector was created in code", "selector_cache_ttl");
        return given;
    }

    private void ConfigureSelector(SelectorOptions selector)
    {
        var initial = selector.CacheTtl;
        selector.Strategy = options.StrategyValue ?? selector.Strategy;
        options.SelectorConfiguration?.Invoke(selector);
        selector.Strategy = target.Selector is { } name && !string.Equals(name, "registry", StringComparison.Ordinal)
            ? SelectorStrategies.Get(name)
            : selector.Strategy;
        target.Decide("selector_cache_ttl", DurationText.Format(selector.CacheTtl), selector.CacheTtl == initial ? "default" : "code");
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
