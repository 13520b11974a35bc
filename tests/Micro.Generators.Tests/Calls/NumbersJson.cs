using System.Text.Json.Serialization;

namespace Micro.Generators.Calls;

[JsonSerializable(typeof(Number))]
internal sealed partial class NumbersJson : JsonSerializerContext;
