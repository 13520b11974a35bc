using System.Buffers;
using System.Text;
using Micro.Registry.Kit;

namespace Micro.Registry.Consul.Records;

/// <summary>
/// Writes go-micro's tags, each packed: <c>t-</c> per metadata pair, <c>e-</c> per endpoint, <c>v-</c> for the version.
/// <c>m-</c> holds the metadata of the service; it is ours, written only when there is some, and skipped by go-micro.
/// </summary>
internal static class TagWriter
{
    public static List<string> Write(ServiceRecord service, Node node, ConsulRegistryOptions options)
    {
        var tags = new List<string>();
        foreach (var (key, value) in node.Metadata)
        {
            tags.Add("t-" + RecordCompression.Pack(Map(new Dictionary<string, string> { [key] = value })));
        }

        if (options.EndpointTags)
        {
            tags.AddRange(service.Endpoints.Select(endpoint => "e-" + RecordCompression.Pack(RecordJson.Write(endpoint))));
        }

        if (service.Metadata.Count > 0)
        {
            tags.Add("m-" + RecordCompression.Pack(Map(service.Metadata)));
        }

        tags.Add("v-" + RecordCompression.Pack(Encoding.UTF8.GetBytes(service.Version)));
        tags.AddRange(options.Tags);
        return tags;
    }

    private static ReadOnlySpan<byte> Map(IReadOnlyDictionary<string, string> map)
    {
        var output = new ArrayBufferWriter<byte>(64);
        RecordJson.WriteMap(output, map);
        return output.WrittenSpan;
    }
}
