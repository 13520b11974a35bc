using System.Text;
using System.Text.Json;
using Micro.Registry.Kit;

namespace Micro.Registry.Etcd.Records;

/// <summary>
/// Nodes that plain gRPC services register: a bare <c>host:port</c>, or the JSON of etcd's gRPC naming
/// <c>{"Op":0,"Addr":"host:port","Metadata":…}</c>, where Op 0 is an addition.
/// </summary>
internal static class ForeignNode
{
    private const int MaxMetadata = ServiceRecordRules.MaxMetadataPairs;

    public static Node? Read(string id, ReadOnlySpan<byte> value)
    {
        if (value.TrimStart(" \t\r\n"u8) is [(byte)'{', ..])
        {
            var endpoint = new Endpoint();
            return RecordJsonReader.TryReadDocument(value, endpoint, ReadMember, out var read) && read is { Operation: 0, Address: not null }
                ? Make(id, read.Address, read.Metadata)
                : null;
        }

        var text = value.Length <= 300 ? Encoding.UTF8.GetString(value).Trim() : "";
        return NodeAddress.TryParse(text, out _, out _) ? Make(id, text, []) : null;
    }

    private static Node Make(string id, string address, Dictionary<string, string> metadata)
    {
        metadata.TryAdd("protocol", "grpc");
        return new Node { Id = id.Length > 0 ? id : address, Address = address, Metadata = metadata };
    }

    private static void ReadMember(ref Utf8JsonReader reader, string name, ref Endpoint endpoint)
    {
        switch (name.ToUpperInvariant())
        {
            case "OP":
                endpoint.Operation = reader.TryGetInt32(out var operation) ? operation : -1;
                break;
            case "ADDR":
                endpoint.Address = reader.GetString();
                break;
            case "METADATA" when reader.TokenType == JsonTokenType.StartObject:
                ReadMetadata(ref reader, endpoint.Metadata);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    /// <summary>Metadata may be anything; what is no text is left out.</summary>
    private static void ReadMetadata(ref Utf8JsonReader reader, Dictionary<string, string> metadata)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && metadata.Count < MaxMetadata - 1)
            {
                metadata[key] = reader.GetString()!;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private sealed class Endpoint
    {
        public int Operation { get; set; }

        public string? Address { get; set; }

        public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);
    }
}
