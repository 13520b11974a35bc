namespace Micro.Generators.Reading;

/// <summary>Full names of the types that the readers look for.</summary>
internal static class KnownNames
{
    public const string ContractAttribute = "Micro.MicroContractAttribute";
    public const string EndpointAttribute = "Micro.MicroEndpointAttribute";
    public const string IdempotentAttribute = "Micro.Server.IdempotentAttribute";
    public const string Service = "Micro.MicroService";
    public const string HandlerContext = "Micro.Server.HandlerContext";
    public const string ProtobufMessage = "Google.Protobuf.IMessage";
    public const string Task = "System.Threading.Tasks.Task";
    public const string ValueTask = "System.Threading.Tasks.ValueTask";
    public const string Sequence = "System.Collections.Generic.IAsyncEnumerable";
    public const string CancellationToken = "System.Threading.CancellationToken";
    public const string ObsoleteAttribute = "System.ObsoleteAttribute";
    public const string JsonContext = "System.Text.Json.Serialization.JsonSerializerContext";
    public const string JsonSerializableAttribute = "System.Text.Json.Serialization.JsonSerializableAttribute";
    public const string JsonIncludeAttribute = "System.Text.Json.Serialization.JsonIncludeAttribute";
    public const string JsonConverterAttribute = "System.Text.Json.Serialization.JsonConverterAttribute";
    public const string JsonPolymorphicAttribute = "System.Text.Json.Serialization.JsonPolymorphicAttribute";
    public const string JsonDerivedTypeAttribute = "System.Text.Json.Serialization.JsonDerivedTypeAttribute";
}
