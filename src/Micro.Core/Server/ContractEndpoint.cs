using System.Text.Json.Serialization.Metadata;
using Google.Protobuf.Reflection;

namespace Micro.Server;

/// <summary>The description of an endpoint by its contract, without reflection. Immutable.</summary>
/// <param name="Name">Name, <c>Handler.Method</c>.</param>
public sealed record ContractEndpoint(string Name)
{
    /// <summary><see langword="true"/> if a call may be executed twice without harm: <c>idempotent=true</c> in the registry.</summary>
    public bool Idempotent { get; init; }

    /// <summary>
    /// The rpc as its <c>.proto</c> file declares it, which gives the endpoint its gRPC path and its place in server
    /// reflection; <see langword="null"/> (the default) for an endpoint without one.
    /// </summary>
    public MethodDescriptor? Method { get; init; }

    /// <summary>
    /// The type information of the messages for the built-in JSON codec, usually a <c>JsonSerializerContext</c>;
    /// <see langword="null"/> leaves it to the codec.
    /// </summary>
    public IJsonTypeInfoResolver? JsonTypes { get; init; }

    /// <summary>
    /// Gets the attributes of the handler, see <see cref="EndpointDefinition.Attributes"/>. The default value is empty.
    /// </summary>
    public IReadOnlyList<Attribute> Attributes { get; init; } = [];
}
