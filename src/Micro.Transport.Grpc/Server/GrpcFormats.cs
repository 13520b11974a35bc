using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Micro.Codecs;

namespace Micro.Transport.Grpc.Server;

/// <summary>
/// The content types that are served: protobuf, JSON and bytes, and each custom codec under its subtype:
/// <c>application/grpc+xml</c> for <c>application/xml</c>.
/// </summary>
internal sealed class GrpcFormats
{
    private const string Prefix = "application/";
    private readonly FrozenDictionary<string, GrpcFormat>.AlternateLookup<ReadOnlySpan<char>> _byName;

    public GrpcFormats(ContentFormats formats, IEnumerable<KeyValuePair<string, ICodec>> user)
    {
        var all = new Dictionary<string, GrpcFormat>(StringComparer.OrdinalIgnoreCase);
        Add(ContentTypes.Grpc, ContentTypes.Grpc);
        Add(ContentTypes.GrpcProto, ContentTypes.GrpcProto);
        Add(ContentTypes.GrpcJson, ContentTypes.GrpcJson);
        Add($"{ContentTypes.Grpc}+protobuf", ContentTypes.Protobuf);
        Add($"{ContentTypes.Grpc}+bytes", ContentTypes.OctetStream);
        foreach (var (name, codec) in user)
        {
            if (IsGrpc(name))
            {
                all[name] = Create(name, codec);
            }
            else if (name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            {
                var subtype = $"{ContentTypes.Grpc}+{name[Prefix.Length..]}";
                all.TryAdd(subtype, Create(subtype, codec));
            }
        }

        _byName = all.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

        void Add(string name, string source)
        {
            if (formats.TryGet(source, out var format))
            {
                all.Add(name, Create(name, format.Codec));
            }
        }
    }

    /// <summary>Returns whether a content type belongs to gRPC; <c>application/grpc-web</c> does not.</summary>
    public static bool IsGrpc(ReadOnlySpan<char> contentType) =>
        contentType.StartsWith(ContentTypes.Grpc, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentTypes.Grpc.Length || contentType[ContentTypes.Grpc.Length] is '+' or ';' or ' ');

    /// <summary>Finds the format; ignores parameters after a semicolon.</summary>
    public bool TryGet(ReadOnlySpan<char> contentType, [NotNullWhen(true)] out GrpcFormat? format)
    {
        var parameters = contentType.IndexOf(';');
        return _byName.TryGetValue((parameters < 0 ? contentType : contentType[..parameters]).Trim(), out format);
    }

    private static GrpcFormat Create(string name, ICodec codec) => new(name, codec, name.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
}
