using Micro.Basics;
using Micro.Cli;
using Micro.Client;
using Micro.Server;
using Micro.Settings;
using Micro.Settings.Sources;

namespace Micro.Wiring;

/// <summary>Resolves everything, once: options, command line, environment and configuration into a plan.</summary>
internal static class ServicePlanner
{
    public static ServicePlan Plan(MicroServiceOptions options, IReadOnlyList<string> arguments)
    {
        var flags = FlagParser.Parse(options, arguments);
        var problems = new List<string>(flags.Problems);
        if (problems.Count == 0 && !flags.AsksForHelp && !flags.AsksForVersion)
        {
            RunActions(options, flags, problems);
        }

        var warnings = new List<string>();
        var server = MakeServerOptions(options, warnings);
        var client = new ClientOptions();
        options.ClientConfiguration?.Invoke(client);
        AddRange(client.Interceptors, options.ClientInterceptors);
        AddRange(client.AttemptInterceptors, options.AttemptInterceptors);

        var registries = RegistryTable.Make(options);
        var target = new SettingTarget(options, server, client, registries.Keys);
        var code = EffectiveSettings.Read(target);
        SettingApplier.Apply(SettingSources.Collect(options, flags.Given, problems, warnings), target, problems);
        if (options.LoggerFactoryValue is not null && target.Origins.TryGetValue("log_level", out var origin))
        {
            warnings.Add($"log_level from {origin} has no effect: the application owns logging");
        }

        if (target.Origins.TryGetValue("auth_public_key", out var keyOrigin) && !options.IsClientOnly && !server.Interceptors.Any(static interceptor => interceptor.AuthenticatesCallers))
        {
            warnings.Add($"auth_public_key from {keyOrigin} has no effect, callers are not authenticated: add the package Micro.Authentication and call Authenticate");
        }

        var unused = UnusedVariables.Find(options);
        if (unused.Count > 0 && options.WarnsOfVariables)
        {
            warnings.Add(UnusedVariables.Describe(unused));
        }

        var logging = ServiceLogging.Create(options, target.LogLevel);
        var logger = logging.Factory.CreateLineLogger("Micro.MicroService");
        target.Decide("log_level", ServiceLogging.LevelOf(logger), options.LoggerFactoryValue is null && options.LoggingValue is null ? "default" : "code");
        var plan = new ServicePlan
        {
            Name = server.Name,
            Logging = logging,
            Problems = problems,
            Settings = Describe(target, code, unused),
            Print = flags.AsksForHelp ? HelpText.Make(server.Name, options)
                : flags.AsksForVersion ? $"{server.Name} {server.Version}"
                : null,
        };
        if (problems.Count > 0)
        {
            return plan;
        }

        try
        {
            var components = new ComponentBuilder(options, target, registries, logging.Factory, warnings).Build();
            var settings = Describe(target, code, unused);
            if (plan.Print is not null || flags.AsksForSettings)
            {
                return plan with { Components = components, Settings = settings, Print = plan.Print ?? EffectiveSettings.Format(settings) };
            }

            warnings.ForEach(warning => ServiceLog.SettingWithoutEffect(logger, warning));
            return plan with { Components = components, Settings = settings };
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or MicroConfigurationException or MicroException)
        {
            return plan with { Problems = [exception.Message], Cause = exception };
        }
    }

    private static IReadOnlyList<EffectiveSetting> Describe(SettingTarget target, Dictionary<string, string?> code, IReadOnlyList<string> unused) =>
        [.. EffectiveSettings.Describe(code, target), .. unused.Select(UnusedVariables.Describe)];

    private static void RunActions(MicroServiceOptions options, ParsedFlags flags, List<string> problems)
    {
        try
        {
            options.Actions.ForEach(action => action(flags.Result));
        }
        catch (MicroConfigurationException exception)
        {
            // How an action says that a flag of its own is wrong.
            problems.AddRange(exception.Problems);
        }
    }

    /// <summary>The component's own options win over the service's, whose values fill what it left at its default.</summary>
    private static ServerOptions MakeServerOptions(MicroServiceOptions options, List<string> warnings)
    {
        var defaults = new ServerOptions();
        var server = options.ServerValue?.Options ?? new ServerOptions();
        if (options.ServerValue is null)
        {
            options.ServerConfiguration?.Invoke(server);
        }

        if (options.NameValue is not null)
        {
            server.Name = Resolve("name", server.Name, defaults.Name, options.NameValue, warnings);
        }

        if (options.IdValue is not null)
        {
            // A generated id is as good as none.
            server.Id = Resolve("id", server.Id, server.HasId ? null : server.Id, options.IdValue, warnings)!;
        }

        server.Version = Resolve("version", server.Version, defaults.Version, options.VersionValue, warnings);
        server.Address = Resolve("address", server.Address, defaults.Address, options.AddressValue, warnings);
        server.Advertise = Resolve("advertise", server.Advertise, defaults.Advertise, options.AdvertiseValue, warnings);
        server.RegisterTtl = Resolve("register TTL", server.RegisterTtl, defaults.RegisterTtl, options.RegisterTtlValue ?? server.RegisterTtl, warnings);
        server.RegisterInterval = Resolve("register interval", server.RegisterInterval, defaults.RegisterInterval, options.RegisterIntervalValue ?? server.RegisterInterval, warnings);
        server.RegisterCheck ??= options.RegisterCheckValue;
        server.Services ??= options.ServicesValue;
        foreach (var (key, value) in options.MetadataValues)
        {
            server.Metadata.TryAdd(key, value);
        }

        AddRange(server.Interceptors, options.HandlerInterceptors);
        return server;
    }

    private static T Resolve<T>(string what, T own, T initial, T? service, List<string> warnings)
    {
        if (service is null || EqualityComparer<T>.Default.Equals(own, service))
        {
            return own;
        }

        if (EqualityComparer<T>.Default.Equals(own, initial))
        {
            return service;
        }

        warnings.Add($"the server's own {what} '{own}' is used, not the service's '{service}'");
        return own;
    }

    private static void AddRange<T>(IList<T> list, List<T> items)
    {
        foreach (var item in items)
        {
            list.Add(item);
        }
    }
}
