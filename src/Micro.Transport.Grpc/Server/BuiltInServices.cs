using Google.Protobuf.Reflection;
using Micro.Server;
using Micro.Server.Handlers;
using Micro.Transport.Grpc.Server.Api;
using Micro.Transport.Grpc.Server.Health;
using Micro.Transport.Grpc.Server.Reflection;

namespace Micro.Transport.Grpc.Server;

/// <summary>The services of gRPC's own that a server answers besides those of its handlers; none is advertised.</summary>
internal static class BuiltInServices
{
    /// <summary>Their endpoints by full path.</summary>
    public static IEnumerable<KeyValuePair<string, EndpointInvoker>> Create(ProtocolHost host)
    {
        var options = host.Options;
        List<ServiceDescriptor> own = [];
        if (options.GrpcHealth)
        {
            own.Add(HealthReflection.Descriptor.Services[0]);
        }

        if (options.GrpcReflection)
        {
            own.Add(ReflectionReflection.Descriptor.Services[0]);
        }

        var catalog = new ServiceCatalog(options.Name, host.Endpoints.All, own);
        var health = options.GrpcHealth ? new HealthService(host, HealthNames(host, catalog)).Endpoints() : [];
        var reflection = options.GrpcReflection ? new ReflectionService(host, catalog).Endpoints() : [];
        return health.Concat(reflection);
    }

    /// <summary>
    /// Names under which health may be asked for: none at all, the micro service's, those of its services, and these in the
    /// forms in which they stand in paths.
    /// </summary>
    private static HashSet<string> HealthNames(ProtocolHost host, ServiceCatalog catalog)
    {
        var names = new HashSet<string>(catalog.Services, StringComparer.Ordinal) { "", host.ServiceName };
        foreach (var endpoint in host.Endpoints.Advertised)
        {
            var handler = EndpointName.HandlerOf(endpoint.Name);
            names.Add(handler);
            names.Add($"{host.ServiceName}.{handler}");
        }

        return names;
    }
}
