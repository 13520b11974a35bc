using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Micro.Codecs;

/// <summary>The empty list, map or byte array of a type: the meaning of <c>null</c> where Go writes a nil slice or map.</summary>
internal static class EmptyCollection
{
    /// <summary>Creates an empty collection.</summary>
    /// <param name="type">The type of the collection.</param>
    /// <returns>A new collection; <see langword="null"/> for any other type and for a collection that cannot be read.</returns>
    public static object? Create(JsonTypeInfo type)
    {
        if (type.Type == typeof(byte[]))
        {
            return Array.Empty<byte>();
        }

        try
        {
            return type.Kind switch
            {
                JsonTypeInfoKind.Enumerable => JsonSerializer.Deserialize("[]"u8, type),
                JsonTypeInfoKind.Dictionary => JsonSerializer.Deserialize("{}"u8, type),
                _ => null,
            };
        }
        catch (NotSupportedException)
        {
            return null; // an asynchronous sequence, or a collection without a constructor
        }
    }
}
