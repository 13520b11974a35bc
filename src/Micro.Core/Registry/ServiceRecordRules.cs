using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace Micro.Registry;

/// <summary>
/// The limits of a service record, the same for every registry: checked before a record is registered, and on every
/// record read, where a bad one is skipped.
/// </summary>
public static class ServiceRecordRules
{
    /// <summary>Longest name of a service, version or node id, in characters.</summary>
    public const int MaxNameLength = 255;

    /// <summary>Maximum number of metadata pairs of a service, node or endpoint.</summary>
    public const int MaxMetadataPairs = 64;

    /// <summary>Maximum number of bytes of metadata of a service, node or endpoint, in UTF-8.</summary>
    public const int MaxMetadataBytes = 64 * 1024;

    /// <summary>Maximum number of endpoints of a record.</summary>
    public const int MaxEndpoints = 4096;

    /// <summary>Throws when the record must not be registered.</summary>
    /// <param name="service">The record.</param>
    /// <exception cref="ArgumentNullException">The record is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The record is invalid; the message names the value and the rule.</exception>
    public static void ThrowIfInvalid(ServiceRecord service)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (service.Nodes.Count == 0)
        {
            throw new ArgumentException($"service '{service.Name}': at least one node required", nameof(service));
        }

        if (!TryValidate(service, out var problem))
        {
            throw new ArgumentException($"service '{Shorten(service.Name)}': {problem}", nameof(service));
        }

        foreach (var node in service.Nodes)
        {
            if (!TryValidate(node, out problem))
            {
                throw new ArgumentException($"service '{Shorten(service.Name)}': {problem}", nameof(service));
            }
        }
    }

    /// <summary>Checks everything of a record but its nodes.</summary>
    /// <param name="service">The record.</param>
    /// <param name="problem">The problem; <see langword="null"/> when there is none.</param>
    /// <returns><see langword="true"/> if the record is valid.</returns>
    public static bool TryValidate(ServiceRecord service, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(service);
        problem = CheckName("name", service.Name, required: true)
            ?? CheckName("version", service.Version, required: false)
            ?? CheckMetadata("service metadata", service.Metadata);
        if (problem is null && service.Endpoints.Count > MaxEndpoints)
        {
            problem = $"{service.Endpoints.Count} endpoints exceed the limit of {MaxEndpoints}";
        }

        for (var index = 0; problem is null && index < service.Endpoints.Count; index++)
        {
            problem = CheckMetadata("endpoint metadata", service.Endpoints[index].Metadata);
        }

        return problem is null;
    }

    /// <summary>Checks a node: id, address and metadata.</summary>
    /// <param name="node">The node.</param>
    /// <param name="problem">The problem; <see langword="null"/> when there is none.</param>
    /// <returns><see langword="true"/> if the node is valid.</returns>
    public static bool TryValidate(Node node, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(node);
        problem = CheckName("node id", node.Id, required: true)
            ?? CheckAddress(node.Address)
            ?? CheckMetadata("node metadata", node.Metadata);
        return problem is null;
    }

    /// <summary>Throws when a service name can exist in no registry.</summary>
    /// <param name="name">The name asked for.</param>
    /// <exception cref="ArgumentException">The name is empty, too long or holds characters no registry can store.</exception>
    public static void ThrowIfInvalidName(string name)
    {
        if (CheckName("service name", name, required: true) is { } problem)
        {
            throw new ArgumentException(problem, nameof(name));
        }
    }

    internal static string? CheckName(string what, string? value, bool required)
    {
        if (string.IsNullOrEmpty(value))
        {
            return required ? $"{what} must not be empty" : null;
        }

        if (value.Length > MaxNameLength)
        {
            return $"{what} '{Shorten(value)}' is longer than {MaxNameLength} characters";
        }

        foreach (var character in value)
        {
            if (char.IsControl(character))
            {
                return $"{what} '{Shorten(value)}' holds a control character";
            }
        }

        // '.' and '..' would change the path of key-value registries; '%' would make two names one after decoding.
        return value is "." or ".." || value.Contains("../", StringComparison.Ordinal) || value.Contains('%', StringComparison.Ordinal)
            ? $"{what} '{Shorten(value)}' must not hold '%' or path segments like '..'"
            : null;
    }

    internal static string? CheckAddress(string? address)
    {
        if (string.IsNullOrEmpty(address) || address.Length > MaxNameLength + 8)
        {
            return "node address must be host:port";
        }

        if (!NodeAddress.TryParse(address, out var host, out var port) || port == 0)
        {
            return $"node address '{Shorten(address)}' must be host:port with a port from 1 to 65535";
        }

        if (IPAddress.TryParse(host, out var ip))
        {
            var isMulticast = ip.IsIPv6Multicast
                || (ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork && ip.GetAddressBytes()[0] is >= 224 and <= 239);
            return isMulticast || ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) || ip.Equals(IPAddress.Broadcast)
                ? $"node address '{address}' cannot be called; use an address of the machine"
                : null;
        }

        return Uri.CheckHostName(host) == UriHostNameType.Dns ? null : $"node address '{Shorten(address)}' has no valid host";
    }

    private static string? CheckMetadata(string what, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count > MaxMetadataPairs)
        {
            return $"{what}: {metadata.Count} pairs exceed the limit of {MaxMetadataPairs}";
        }

        long bytes = 0;
        foreach (var (key, value) in metadata)
        {
            bytes += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value ?? "");
        }

        return bytes > MaxMetadataBytes ? $"{what}: {bytes} bytes exceed the limit of {MaxMetadataBytes}" : null;
    }

    private static string Shorten(string? value) => value is { Length: > 64 } ? value[..64] + "…" : value ?? "";
}
