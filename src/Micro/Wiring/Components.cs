using Micro.Client;
using Micro.Registry;
using Micro.Registry.Mdns;
using Micro.Selection;
using Micro.Server;
using Micro.Transport.Grpc.Client;
using Micro.Transport.Grpc.Server;
using Microsoft.Extensions.Logging;

namespace Micro.Wiring;

/// <summary>The only place that names the implementations of server, client and selector.</summary>
internal static class Components
{
    /// <summary>Makes a server; one that is used alone and has no registry registers with mDNS.</summary>
    public static IMicroServer CreateServer(ServerOptions options)
    {
        GrpcServer.AddTo(options);
        return new RpcServer(options, () => MdnsRegistry.Create(null, options.LoggerFactory, options.TimeProvider));
    }

    /// <summary>Makes a client whose selector, unless it has one, is made over its registry, or over mDNS if it has none.</summary>
    public static IMicroClient CreateClient(ClientOptions options, Action<SelectorOptions>? configureSelector)
    {
        GrpcClientTransport.AddTo(options);
        return new RpcClient(options, registry => CreateSelector(options, registry, configureSelector));
    }

    /// <summary>Makes a selector over a registry.</summary>
    public static ISelector CreateSelector(IRegistry registry, Action<SelectorOptions>? configure, ILoggerFactory? loggers, TimeProvider time) =>
        Selectors.Create(
            options =>
            {
                options.Registry = registry;
                configure?.Invoke(options);
            },
            loggers,
            time);

    private static ISelector CreateSelector(ClientOptions options, IRegistry? registry, Action<SelectorOptions>? configure)
    {
        if (registry is not null)
        {
            return CreateSelector(registry, configure, options.LoggerFactory, options.TimeProvider);
        }

        var own = MdnsRegistry.Create(null, options.LoggerFactory, options.TimeProvider);
        return new OwningSelector(CreateSelector(own, configure, options.LoggerFactory, options.TimeProvider), own);
    }
}
