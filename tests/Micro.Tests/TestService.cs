using Micro.Client;

namespace Micro.Tests;

/// <summary>Makes services that see no environment but the given one, log nowhere and listen on loopback only.</summary>
internal static class TestService
{
    public static MicroService Create(
        Action<MicroServiceOptions>? configure = null,
        string[]? args = null,
        Dictionary<string, string?>? environment = null) =>
        MicroService.Create(
            options =>
            {
                options
                    .Environment(environment ?? [])
                    .Logging(static _ => { })
                    .Address("127.0.0.1:0")
                    .ServerOptions(static server => (server.DrainDelay, server.Name) = (TimeSpan.Zero, "go.micro.server"))
                    .UseMemory();
                configure?.Invoke(options);
            },
            args);

    /// <summary>Makes a service and shows what became of the client's options.</summary>
    public static ClientOptions ClientOptionsOf(Action<MicroServiceOptions>? configure = null, string[]? args = null, Dictionary<string, string?>? environment = null)
    {
        ClientOptions? seen = null;
        _ = Create(
            options =>
            {
                configure?.Invoke(options);
                options.ClientOptions(client => seen = client);
            },
            args,
            environment).Client;
        return seen!;
    }
}
