using System.Text.Json;
using Google.Protobuf.Reflection;

namespace Micro.Codecs;

/// <summary>The built-in codecs, for registration under further content types or with own settings.</summary>
public static class MicroCodecs
{
    /// <summary>The protobuf codec. Messages are those of Google.Protobuf.</summary>
    public static ICodec Protobuf { get; } = new ProtobufCodec();

    /// <summary>
    /// Creates a JSON codec: proto3 JSON for protobuf messages, System.Text.Json for all other types. Applications that are
    /// trimmed or compiled ahead of time hand in options whose resolver is a <c>JsonSerializerContext</c>.
    /// </summary>
    /// <param name="options">
    /// Options for plain types, copied; <see langword="null"/> for camelCase names, read without regard to case, public
    /// properties and fields, and a depth of at most 64.
    /// </param>
    /// <param name="files">
    /// Files whose types a <c>google.protobuf.Any</c> may hold in JSON, with their imports. The well-known types and those of
    /// the message's own file and its imports are always known. Given as <c>OrdersReflection.Descriptor</c>.
    /// </param>
    /// <returns>The codec, safe for concurrent use.</returns>
    public static ICodec Json(JsonSerializerOptions? options = null, IEnumerable<FileDescriptor>? files = null) => new JsonCodec(options, files);
}
