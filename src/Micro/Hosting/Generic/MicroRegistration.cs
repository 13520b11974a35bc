using Micro.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Micro.Hosting.Generic;

/// <summary>One service of a container: under which key, and with which handlers.</summary>
internal sealed class MicroRegistration(string? key)
{
    public string? Key { get; } = key;

    /// <summary>Name of its options.</summary>
    public string OptionsName => Key ?? Options.DefaultName;

    /// <summary>The endpoints of its handlers, in order.</summary>
    public List<EndpointDescription> Endpoints { get; } = [];

    /// <summary>Lists the keys for an error.</summary>
    public static string Describe(IReadOnlyList<MicroRegistration> services) =>
        services.Count == 0 ? "no service was added" : $"the services are {string.Join(", ", services.Select(static service => service.Key is { } key ? $"'{key}'" : "one without a key"))}";

    public MicroService Get(IServiceProvider provider) =>
        Key is null ? provider.GetRequiredService<MicroService>() : provider.GetRequiredKeyedService<MicroService>(Key);

    /// <summary>Creates the service. Invalid input is kept in it, so that the host reports that of all services at once.</summary>
    public MicroService Make(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<MicroServiceOptions>>().Get(OptionsName);
        var all = provider.GetServices<MicroRegistration>().ToList();
        options.JoinHost(provider, Key, [.. all.Select(static registration => registration.Key).OfType<string>()], isFirst: ReferenceEquals(all[0], this));
        var service = MicroService.Create(options, HostCommandLine.ReadQuestions(options, provider));
        Endpoints.ForEach(service.Add);
        if (service.Problems.Count > 0)
        {
            // Here and not when the host starts: a hosted service that injects the client fails before.
            StartEnd.WatchErrors(all.Count == 1 ? service.Name : AppDomain.CurrentDomain.FriendlyName);
        }

        return service;
    }
}
