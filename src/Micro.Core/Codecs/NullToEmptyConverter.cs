using System.Text.Json;
using System.Text.Json.Serialization;

namespace Micro.Codecs;

/// <summary>Reads <c>null</c> as an empty collection, for a member that can only be set during construction.</summary>
/// <param name="collection">The type of the member.</param>
internal sealed class NullToEmptyConverter(Type collection) : JsonConverter<object?>
{
    public override bool HandleNull => true;

    public override bool CanConvert(Type typeToConvert) => typeToConvert == collection;

    public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var type = options.GetTypeInfo(collection);
        return reader.TokenType == JsonTokenType.Null ? EmptyCollection.Create(type) : JsonSerializer.Deserialize(ref reader, type);
    }

    public override void Write(Utf8JsonWriter writer, object? value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, options.GetTypeInfo(collection));
}
