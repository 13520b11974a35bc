using System.Text.Json.Serialization;

namespace Micro.Bench.Serving;

/// <summary>What the two processes say to each other.</summary>
[JsonSerializable(typeof(ServerReady))]
[JsonSerializable(typeof(ProcessSample))]
internal sealed partial class ServingJson : JsonSerializerContext;
