using System.Collections.Frozen;
using Micro.Server.Handlers;

namespace Micro.Transport.Grpc.Server;

/// <summary>
/// Finds endpoints by path: gRPC's own services and rpcs of contracts by their full path, all other endpoints by the short
/// name of the service. Short names of contracts work only for callers that <see cref="EndpointTable.AcceptsShortName"/> admits.
/// </summary>
internal sealed class GrpcEndpoints(EndpointTable endpoints, string serviceName, IEnumerable<KeyValuePair<string, EndpointInvoker>> own)
{
    private readonly FrozenDictionary<string, EndpointInvoker> _own = own.ToFrozenDictionary(StringComparer.Ordinal);

    /// <exception cref="CallRefusal">The path is malformed or unknown.</exception>
    public EndpointInvoker Get(string path)
    {
        if (!GrpcPath.IsValid(path))
        {
            throw new CallRefusal(StatusCode.Unimplemented, "the path must be /service/method");
        }

        if (endpoints.TryGetRpc(path, out var invoker) || _own.TryGetValue(path, out invoker))
        {
            return invoker;
        }

        var slash = path.IndexOf('/', 1);
        var service = path.AsSpan(1, slash - 1);
        var method = path.AsSpan(slash + 1);
        var handler = service[(service.LastIndexOf('.') + 1)..];
        if (!endpoints.AcceptsShortName(service, serviceName))
        {
            throw new CallRefusal(
                StatusCode.Unimplemented,
                endpoints.HasContract(service) ? $"unknown method {method} of service {service}" : $"unknown service {service}");
        }

        Span<char> name = stackalloc char[EndpointName.MaxLength];
        if (name.TryWrite($"{handler}.{method}", out var length) && endpoints.TryGet(name[..length], out invoker))
        {
            return invoker;
        }

        throw new CallRefusal(
            StatusCode.Unimplemented,
            endpoints.HasHandler(handler) ? $"unknown service {handler}.{method}" : $"unknown service {handler}");
    }
}
