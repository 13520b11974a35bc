using Micro.Basics;
using Micro.Registry.Etcd.Api;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Micro.Registry.Etcd;

/// <summary>Entry to the etcd registry: records in an etcd cluster, together with go-micro services.</summary>
public static class EtcdRegistry
{
    /// <summary>Creates a registry. Nothing is opened before its first use.</summary>
    /// <param name="configure">Changes the default settings.</param>
    /// <param name="loggerFactory">The target of its logs; <see langword="null"/> to log nothing.</param>
    /// <param name="timeProvider">Time source; <see langword="null"/> for the system's.</param>
    /// <returns>The registry, safe for concurrent use.</returns>
    /// <exception cref="OptionsValidationException">Settings are wrong; the message names all of them.</exception>
    public static IRegistry Create(
        Action<EtcdRegistryOptions>? configure = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        var options = new EtcdRegistryOptions();
        configure?.Invoke(options);
        var errors = EtcdOptionRules.Check(options);
        if (errors.Count > 0 || EtcdTls.Load(options, errors) is not { } tls)
        {
            throw new OptionsValidationException(nameof(EtcdRegistryOptions), typeof(EtcdRegistryOptions), errors);
        }

        var time = timeProvider ?? TimeProvider.System;
        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLineLogger("Micro.Registry.Etcd");
        if (tls.SkipsVerification && EtcdTls.IsWanted(options))
        {
            EtcdBackend.Log.VerificationSkipped(logger);
        }

        var random = new SharedRandom();
        return new EtcdBackend(options, new EtcdApi(options, tls, EtcdCredentials.From(options), time, random, logger), time, random, logger);
    }
}
