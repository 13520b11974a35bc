using Micro.Server;

namespace Micro.Testing;

/// <summary>Connects services to test networks and test hosts.</summary>
public static class MicroServiceOptionsExtensions
{
    /// <summary>
    /// Makes the server listen on a test network and the client connect through it. In memory the server listens on
    /// <c>127.0.0.1</c> and a free port unless an address is set.
    /// </summary>
    /// <param name="options">Options of a service.</param>
    /// <param name="network">The network; services that share it reach each other.</param>
    /// <returns>The same options.</returns>
    public static MicroServiceOptions UseNetwork(this MicroServiceOptions options, TestNetwork network)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(network);
        return options
            .ServerOptions(server =>
            {
                server.Network = network.Inner;
                if (string.Equals(server.Address, new ServerOptions().Address, StringComparison.Ordinal) && options.AddressValue is null)
                {
                    server.Address = "127.0.0.1:0";
                }
            })
            .ClientOptions(client => client.Network = network.Inner);
    }

    /// <summary>
    /// Connects a service to a test host: its registry, network, clock and logs, no environment variables, no wait between
    /// deregistering and stopping. For services that the host does not start itself, such as those of <c>AddMicro</c>.
    /// </summary>
    /// <param name="options">Options of a service.</param>
    /// <param name="host">The test host; not disposed with the service.</param>
    /// <returns>The same options.</returns>
    public static MicroServiceOptions UseTestHost(this MicroServiceOptions options, MicroTestHost host)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(host);
        return options
            .IgnoreEnvironment()
            .Registry(host.Registry)
            .Logging(host.Logs)
            .TimeProvider(host.Time)
            .UseNetwork(host.Network)
            .ServerOptions(static server => server.DrainDelay ??= TimeSpan.Zero);
    }
}
