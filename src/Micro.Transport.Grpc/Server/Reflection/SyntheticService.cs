using Google.Protobuf.Reflection;
using Micro.Server.Handlers;

namespace Micro.Transport.Grpc.Server.Reflection;

/// <summary>
/// Describes a service that no <c>.proto</c> file next to its messages declares: bound by hand to generated messages, or
/// declared in another file. Streams are described as bidirectional, which fits every kind of stream.
/// </summary>
internal static class SyntheticService
{
    /// <summary>For services whose name in the package of the micro service is taken by a file.</summary>
    public const string FallbackPackage = "endpoints";

    public static string FullName(string package, string handler) => IsPackage(package) ? $"{package}.{handler}" : handler;

    /// <returns>The file; <see langword="null"/> without endpoints, or when a name cannot stand in such a file.</returns>
    public static FileDescriptorProto? Describe(string package, string handler, IReadOnlyList<EndpointInvoker> endpoints)
    {
        if (endpoints.Count == 0 || !IsIdentifier(handler))
        {
            return null;
        }

        var service = new ServiceDescriptorProto { Name = handler };
        foreach (var endpoint in endpoints)
        {
            service.Method.Add(new MethodDescriptorProto
            {
                Name = endpoint.Name[(handler.Length + 1)..],
                InputType = "." + endpoint.RequestDescriptor!.FullName,
                OutputType = "." + endpoint.ResponseDescriptor!.FullName,
                ClientStreaming = endpoint.IsStream,
                ServerStreaming = endpoint.IsStream,
            });
        }

        var file = new FileDescriptorProto { Name = $"{handler}.endpoints.proto", Syntax = "proto3", Package = IsPackage(package) ? package : "", Service = { service } };
        file.Dependency.AddRange(endpoints
            .SelectMany(endpoint => new[] { endpoint.RequestDescriptor!.File.Name, endpoint.ResponseDescriptor!.File.Name })
            .Distinct(StringComparer.Ordinal));
        return file;
    }

    private static bool IsPackage(string text) => text.Split('.').All(IsIdentifier);

    private static bool IsIdentifier(string text) =>
        text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(static character => char.IsAsciiLetterOrDigit(character) || character == '_');
}
