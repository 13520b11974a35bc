using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Micro.Basics;
using Micro.Codecs;
using Micro.Registry.Kit;

namespace Micro.Registry.Mdns.Records;

/// <summary>
/// Content of a node's TXT record: JSON with capitalised outer names, packed with zlib and hex. Metadata is the
/// node's; <c>ServiceMetadata</c> is ours, written only when there is some, and skipped by go-micro.
/// </summary>
internal sealed record TxtPayload
{
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = Labels.Empty;

    public string Service { get; init; } = "";

    public string Version { get; init; } = "";

    public IReadOnlyList<Endpoint> Endpoints { get; init; } = [];

    public IReadOnlyDictionary<string, string> ServiceMetadata { get; init; } = Labels.Empty;

    public byte[] Pack() => Encoding.ASCII.GetBytes(RecordCompression.Pack(ToJson()));

    public byte[] ToJson()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        output.Write("{\"Metadata\":"u8);
        RecordJson.WriteMap(output, Metadata);
        output.Write(",\"Service\":"u8);
        GoJsonText.Write(Service, output);
        output.Write(",\"Version\":"u8);
        GoJsonText.Write(Version, output);
        output.Write(",\"Endpoints\":"u8);
        RecordJson.WriteList(output, Endpoints, RecordJson.WriteEndpoint);
        if (ServiceMetadata.Count > 0)
        {
            output.Write(",\"ServiceMetadata\":"u8);
            RecordJson.WriteMap(output, ServiceMetadata);
        }

        output.Write("}"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Decodes the joined strings of a TXT record; <paramref name="bytes"/> is the size of the JSON in it.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> text, [NotNullWhen(true)] out TxtPayload? payload, out int bytes)
    {
        payload = null;
        bytes = 0;
        if (!RecordCompression.TryUnpack(text, out var json))
        {
            return false;
        }

        bytes = json.Length;
        return RecordJsonReader.TryReadDocument(json, new TxtPayload(), ReadMember, out payload);
    }

    private static void ReadMember(ref Utf8JsonReader reader, string name, ref TxtPayload payload)
    {
        switch (name.ToUpperInvariant())
        {
            case "METADATA":
                payload = payload with { Metadata = RecordJsonReader.ReadMap(ref reader) };
                break;
            case "SERVICE":
                payload = payload with { Service = RecordJsonReader.ReadString(ref reader) };
                break;
            case "VERSION":
                payload = payload with { Version = RecordJsonReader.ReadString(ref reader) };
                break;
            case "ENDPOINTS":
                payload = payload with { Endpoints = RecordJsonReader.ReadEndpoints(ref reader) };
                break;
            case "SERVICEMETADATA":
                payload = payload with { ServiceMetadata = RecordJsonReader.ReadMap(ref reader) };
                break;
            default:
                reader.Skip();
                break;
        }
    }
}
