using System.Text.Json.Serialization;

namespace Micro.Bench.Serving;

/// <summary>The messages between the two processes.</summary>
[JsonSerializable(typeof(ServerReady))]
[JsonSerializable(typeof(ProcessSample))]
internal sealed partial class ServingJson : JsonSerializerContext;
