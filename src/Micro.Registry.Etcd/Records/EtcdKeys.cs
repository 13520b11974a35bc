using Micro.Registry.Etcd.Api;

namespace Micro.Registry.Etcd.Records;

/// <summary>The keys of go-micro: <c>prefix + service + / + node id</c>, slashes in names replaced by dashes.</summary>
internal static class EtcdKeys
{
    public static string Node(string prefix, string service, string id) =>
        $"{prefix}{Escape(service)}/{Escape(id)}";

    /// <summary>The keys of one service, or of all; the slash at the end keeps longer names out.</summary>
    public static KeyRange Service(string prefix, string? service) =>
        new(string.IsNullOrEmpty(service) ? prefix : $"{prefix}{Escape(service)}/");

    public static string Escape(string name) => name.Replace('/', '-');
}
