using Micro.Basics;
using Micro.Registry.Consul.Settings;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Micro.Registry.Consul;

/// <summary>Entry to the Consul registry: services are found together with those of go-micro, health-checked by Consul.</summary>
public static class ConsulRegistry
{
    /// <summary>Creates a registry. Nothing is connected before its first use; files with certificates and tokens are read here.</summary>
    /// <param name="configure">Changes the default settings.</param>
    /// <param name="loggerFactory">The logger factory; <see langword="null"/> for no logs.</param>
    /// <param name="timeProvider">Time source; <see langword="null"/> for the system's.</param>
    /// <returns>The registry, safe for concurrent use.</returns>
    /// <exception cref="OptionsValidationException">Settings are wrong; the message names all of them.</exception>
    public static IRegistry Create(
        Action<ConsulRegistryOptions>? configure = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        var options = new ConsulRegistryOptions();
        configure?.Invoke(options);
        var errors = new List<string>();
        ConsulEnvironment.Of(options).ApplyTo(options, errors);
        var result = new ConsulRegistryOptionsValidator().Validate(null, options);
        errors.AddRange(result.Failures ?? []);
        var tls = ConsulTls.Load(options.Tls, errors);
        if (errors.Count > 0)
        {
            throw new OptionsValidationException(nameof(ConsulRegistryOptions), typeof(ConsulRegistryOptions), errors);
        }

        var logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLineLogger("Micro.Registry.Consul");
        if (options.Tls.SkipVerification == true)
        {
            ConsulBackend.Log.CertificatesNotVerified(logger);
        }

        return new ConsulBackend(new ConsulSettings(options, tls), timeProvider ?? TimeProvider.System, new Random(), logger);
    }
}
