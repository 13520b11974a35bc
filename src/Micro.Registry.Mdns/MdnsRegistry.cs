using Micro.Basics;
using Micro.Registry.Mdns.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Micro.Registry.Mdns;

/// <summary>
/// Entry to the mDNS registry: services of one network segment find each other without a server, together with
/// go-micro services.
/// </summary>
/// <remarks>
/// Multicast DNS has no authentication: any host on the segment can answer. Use it where the segment is trusted, or
/// verify peers with TLS.
/// </remarks>
public static class MdnsRegistry
{
    /// <summary>Creates a registry. Nothing is opened before its first use; registries with equal settings share sockets.</summary>
    /// <param name="configure">Changes the default settings.</param>
    /// <param name="loggerFactory">The logger factory; <see langword="null"/> for no logs.</param>
    /// <param name="timeProvider">Time source; <see langword="null"/> for the system's.</param>
    /// <returns>The registry, safe for concurrent use.</returns>
    /// <exception cref="OptionsValidationException">Settings are wrong; the message names all of them.</exception>
    public static IRegistry Create(
        Action<MdnsRegistryOptions>? configure = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null) =>
        Create(MdnsHostPool.Process, configure, loggerFactory, timeProvider);

    internal static IRegistry Create(
        MdnsHostPool pool,
        Action<MdnsRegistryOptions>? configure = null,
        ILoggerFactory? loggerFactory = null,
        TimeProvider? timeProvider = null,
        Func<MdnsStatistics, IMdnsTransport>? createTransport = null)
    {
        var options = new MdnsRegistryOptions();
        configure?.Invoke(options);
        var result = new MdnsRegistryOptionsValidator().Validate(null, options);
        if (result.Failed)
        {
            throw new OptionsValidationException(nameof(MdnsRegistryOptions), typeof(MdnsRegistryOptions), result.Failures);
        }

        var time = timeProvider ?? TimeProvider.System;
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLineLogger("Micro.Registry.Mdns");
        var random = new SharedRandom();
        return new MdnsBackend(
            options,
            pool,
            () => new MdnsHost(
                options,
                createTransport ?? (statistics => new MdnsTransport(options, statistics, time, random.NextDouble, logger)),
                time,
                random.NextDouble,
                logger),
            time,
            random,
            logger);
    }
}
