using System.Diagnostics.CodeAnalysis;
using Micro.Basics;
using Micro.Registry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.ServiceDiscovery;

namespace Micro.Http.ServiceDiscovery;

/// <summary>Creates the providers that resolve service names through the registry of the container.</summary>
internal sealed class RegistryEndpointProviderFactory(DiscoverySource source, TimeProvider? time = null, ILoggerFactory? loggers = null) : IServiceEndpointProviderFactory
{
    public bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider)
    {
        ArgumentNullException.ThrowIfNull(query);
        provider = IsServiceName(query.ServiceName)
            ? new RegistryEndpointProvider(
                source.GetRegistry,
                query.ServiceName,
                time ?? TimeProvider.System,
                (loggers ?? NullLoggerFactory.Instance).CreateLineLogger("Micro.ServiceDiscovery"))
            : null;
        return provider is not null;
    }

    /// <summary>Returns <see langword="false"/> for an address, which needs no resolving.</summary>
    private static bool IsServiceName(string name)
    {
        try
        {
            ServiceRecordRules.ThrowIfInvalidName(name);
            return Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.Basic;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
