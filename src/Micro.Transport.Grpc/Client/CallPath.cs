using Google.Protobuf;
using Micro.Codecs;
using System.Diagnostics.CodeAnalysis;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// Endpoints as paths. A gRPC server expects the package of the messages before the handler's name. When the package is
/// not known, the name of the service replaces it, as in go-micro's client. A handler with dots is the full name of a
/// contract, package included.
/// </summary>
internal static class CallPath
{
    /// <param name="service">Name of the service.</param>
    /// <param name="endpoint"><c>Handler.Method</c>, or a path, which is taken as it is.</param>
    /// <param name="package">Package of the messages; empty for none, <see langword="null"/> if it is not known.</param>
    /// <exception cref="MicroException">The endpoint has neither form.</exception>
    public static string Of(string service, string endpoint, string? package)
    {
        if (endpoint[0] == '/' && GrpcPath.IsValid(endpoint))
        {
            return endpoint;
        }

        var dot = endpoint.LastIndexOf('.');
        if (dot > 0 && dot < endpoint.Length - 1 && !endpoint.Contains('/', StringComparison.Ordinal))
        {
            var method = $"{endpoint.AsSpan(0, dot)}/{endpoint.AsSpan(dot + 1)}";
            var isFullName = endpoint.AsSpan(0, dot).Contains('.');
            var path = isFullName || string.IsNullOrEmpty(package ?? service) ? $"/{method}" : $"/{package ?? service}.{method}";
            if (GrpcPath.IsValid(path))
            {
                return path;
            }

            // A service name may be invalid in a path.
            path = $"/{method}";
            if (GrpcPath.IsValid(path))
            {
                return path;
            }
        }

        throw new MicroException(
            400, "go.micro.client", $"endpoint '{endpoint}' is not a gRPC method: use Handler.Method or /package.Service/Method", ErrorKind.InvalidRequest);
    }

    /// <summary>Returns the package of the request; of the response if the request has none.</summary>
    public static string? PackageOf<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TResponse>(IMessage? request) =>
        (request is null ? null : PackageOf(request)) ?? OfResponse<TResponse>.Package;

    /// <summary>The well-known types are used by services of all packages.</summary>
    private static string? PackageOf(IMessage message) =>
        message.Descriptor?.File.Package is { } package && !string.Equals(package, "google.protobuf", StringComparison.Ordinal) ? package : null;

    private static class OfResponse<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>
    {
        public static readonly string? Package = typeof(IMessage).IsAssignableFrom(typeof(T)) && EmptyMessage<T>.Create() is IMessage message ? PackageOf(message) : null;
    }
}
