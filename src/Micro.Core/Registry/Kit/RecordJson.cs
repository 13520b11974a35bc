using System.Buffers;
using Micro.Codecs;

namespace Micro.Registry.Kit;

/// <summary>
/// Writes records as go-micro puts them on the wire: members in Go's order, map keys sorted, <c>null</c> for absent
/// lists and maps. Shared by all registries.
/// </summary>
internal static class RecordJson
{
    public static byte[] Write(ServiceRecord service)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        output.Write("{\"name\":"u8);
        GoJsonText.Write(service.Name, output);
        output.Write(",\"version\":"u8);
        GoJsonText.Write(service.Version, output);
        output.Write(",\"metadata\":"u8);
        WriteMap(output, service.Metadata);
        output.Write(",\"endpoints\":"u8);
        WriteList(output, service.Endpoints, WriteEndpoint);
        output.Write(",\"nodes\":"u8);
        WriteList(output, service.Nodes, WriteNode);
        output.Write("}"u8);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Write(Endpoint endpoint)
    {
        var output = new ArrayBufferWriter<byte>(256);
        WriteEndpoint(output, endpoint);
        return output.WrittenSpan.ToArray();
    }

    public static void WriteNode(ArrayBufferWriter<byte> output, Node node)
    {
        output.Write("{\"metadata\":"u8);
        WriteMap(output, node.Metadata);
        output.Write(",\"id\":"u8);
        GoJsonText.Write(node.Id, output);
        output.Write(",\"address\":"u8);
        GoJsonText.Write(node.Address, output);
        output.Write("}"u8);
    }

    public static void WriteEndpoint(ArrayBufferWriter<byte> output, Endpoint endpoint)
    {
        output.Write("{\"request\":"u8);
        WriteValue(output, endpoint.Request);
        output.Write(",\"response\":"u8);
        WriteValue(output, endpoint.Response);
        output.Write(",\"metadata\":"u8);
        WriteMap(output, endpoint.Metadata);
        output.Write(",\"name\":"u8);
        GoJsonText.Write(endpoint.Name, output);
        output.Write("}"u8);
    }

    public static void WriteValue(ArrayBufferWriter<byte> output, Value? value)
    {
        if (value is null)
        {
            output.Write("null"u8);
            return;
        }

        output.Write("{\"name\":"u8);
        GoJsonText.Write(value.Name, output);
        output.Write(",\"type\":"u8);
        GoJsonText.Write(value.Type, output);
        output.Write(",\"values\":"u8);
        WriteList(output, value.Values, WriteValue);
        output.Write("}"u8);
    }

    public static void WriteMap(ArrayBufferWriter<byte> output, IReadOnlyDictionary<string, string> map)
    {
        if (map.Count == 0)
        {
            output.Write("null"u8);
            return;
        }

        // Records keep their labels sorted by ordinal, which is Go's order of map keys.
        var separator = "{"u8;
        foreach (var (key, value) in map)
        {
            output.Write(separator);
            GoJsonText.Write(key, output);
            output.Write(":"u8);
            GoJsonText.Write(value ?? "", output);
            separator = ","u8;
        }

        output.Write("}"u8);
    }

    public static void WriteList<T>(ArrayBufferWriter<byte> output, IReadOnlyList<T> items, Action<ArrayBufferWriter<byte>, T> write)
    {
        if (items.Count == 0)
        {
            output.Write("null"u8);
            return;
        }

        for (var index = 0; index < items.Count; index++)
        {
            output.Write(index == 0 ? "["u8 : ","u8);
            write(output, items[index]);
        }

        output.Write("]"u8);
    }
}
