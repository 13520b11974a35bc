using System.Globalization;

namespace Micro.Registry.Consul.Records;

/// <summary>Formats the id of a node in Consul.</summary>
internal static class NodeIds
{
    public static readonly string[] Parts = ["{id}", "{service}", "{ip}", "{port}"];

    public static string Format(string format, string service, Node node)
    {
        if (format == "{id}")
        {
            return node.Id;
        }

        _ = NodeAddress.TryParse(node.Address, out var host, out var port);
        return format
            .Replace("{service}", service, StringComparison.Ordinal)
            .Replace("{ip}", host, StringComparison.Ordinal)
            .Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{id}", node.Id, StringComparison.Ordinal);
    }
}
