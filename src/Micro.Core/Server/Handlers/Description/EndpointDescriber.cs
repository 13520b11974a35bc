using System.Diagnostics.CodeAnalysis;
using Micro.Basics;
using Micro.Registry;

namespace Micro.Server.Handlers.Description;

/// <summary>Creates the description of an endpoint for the registry.</summary>
internal static class EndpointDescriber
{
    // As in Go, the parameters of a stream method are a context and a stream.
    private static readonly Value StreamRequest = new() { Name = "Context", Type = "Context" };
    private static readonly Value StreamResponse = new() { Name = "Stream", Type = "Stream" };

    public static Endpoint Unary<
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TRequest,
        [DynamicallyAccessedMembers(IMicroServer.Describable)] TResponse>(
        string name,
        IReadOnlyDictionary<string, string>? metadata) => new()
        {
            Name = name,
            Request = TypeTree.Describe<TRequest>(),
            Response = TypeTree.Describe<TResponse>(),
            Metadata = metadata ?? Labels.Empty,
        };

    public static Endpoint Stream(string name, IReadOnlyDictionary<string, string>? metadata) => new()
    {
        Name = name,
        Request = StreamRequest,
        Response = StreamResponse,
        Metadata = new Dictionary<string, string>(metadata ?? Labels.Empty, StringComparer.Ordinal) { ["stream"] = "true" },
    };
}
