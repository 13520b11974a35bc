using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Micro.Registry.Nats;

/// <summary>Entry to the NATS registry: each process answers for its own nodes, together with go-micro services.</summary>
public static class NatsRegistry
{
    /// <summary>Creates a registry from what flags and environment say, for <c>AddRegistry("nats", …)</c>.</summary>
    /// <param name="addresses">Addresses of the servers; none for the default.</param>
    /// <param name="loggerFactory">The target of its logs; <see langword="null"/> to log nothing.</param>
    /// <param name="timeProvider">Time source; <see langword="null"/> for the system's.</param>
    /// <returns>The registry, safe for concurrent use.</returns>
    /// <exception cref="OptionsValidationException">An address is wrong.</exception>
    public static IRegistry Create(IEnumerable<string> addresses, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null) =>
        Create(
            options =>
            {
                foreach (var address in addresses)
                {
                    options.Addresses.Add(address);
                }
            },
            loggerFactory,
            timeProvider);

    /// <summary>Creates a registry. Nothing is opened before its first use.</summary>
    /// <param name="configure">Changes the default settings.</param>
    /// <param name="loggerFactory">The target of its logs; <see langword="null"/> to log nothing.</param>
    /// <param name="timeProvider">Time source; <see langword="null"/> for the system's.</param>
    /// <returns>The registry, safe for concurrent use.</returns>
    /// <exception cref="OptionsValidationException">Settings are wrong; the message names all of them.</exception>
    public static IRegistry Create(
        Action<NatsRegistryOptions>? configure = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        var options = new NatsRegistryOptions();
        configure?.Invoke(options);
        return options.Problems() is { Count: > 0 } problems
            ? throw new OptionsValidationException(nameof(NatsRegistryOptions), typeof(NatsRegistryOptions), problems)
            : new NatsBackend(options, timeProvider, loggerFactory);
    }
}
