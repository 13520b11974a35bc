using System.Collections.Frozen;
using Micro.Server.Handlers;

namespace Micro.Transport.Grpc.Server;

/// <summary>
/// Finds endpoints by path. go-micro's server looks at the last part of the service's name only, so
/// <c>/package.Greeter/Hello</c> and <c>/Greeter/Hello</c> are both <c>Greeter.Hello</c>; services of gRPC's own are known
/// by their full path and take no name from the user.
/// </summary>
internal sealed class GrpcEndpoints(EndpointTable endpoints, IEnumerable<KeyValuePair<string, EndpointInvoker>> own)
{
    private readonly FrozenDictionary<string, EndpointInvoker> _own = own.ToFrozenDictionary(StringComparer.Ordinal);

    /// <exception cref="CallRefusal">The path is malformed, or nothing is there.</exception>
    public EndpointInvoker Get(string path)
    {
        if (!GrpcPath.IsValid(path))
        {
            throw new CallRefusal(StatusCode.Unimplemented, "the path must be /service/method");
        }

        if (_own.TryGetValue(path, out var invoker))
        {
            return invoker;
        }

        var slash = path.IndexOf('/', 1);
        var service = path.AsSpan(1, slash - 1);
        var handler = service[(service.LastIndexOf('.') + 1)..];
        var method = path.AsSpan(slash + 1);
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
