using System.Globalization;
using Micro.Registry.Consul.Http;

namespace Micro.Registry.Consul.Records;

/// <summary>Which check a node is registered with: TCP, HTTP, gRPC, TTL or none, the first that applies.</summary>
internal static class CheckDefinitions
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(65);

    /// <summary>Returns whether the node's own heartbeat keeps it alive; Consul runs the other checks itself.</summary>
    public static bool IsTtl(ConsulRegistryOptions options, TimeSpan ttl) => !IsActive(options) && ttl > TimeSpan.Zero;

    public static bool IsActive(ConsulRegistryOptions options) =>
        options.TcpCheck is not null || options.HttpCheck is not null || options.GrpcCheck is not null;

    public static CheckDefinition? Create(ConsulRegistryOptions options, Node node, TimeSpan ttl)
    {
        _ = NodeAddress.TryParse(node.Address, out var host, out var port);
        CheckDefinition? check = null;
        if (options.TcpCheck is { } tcp)
        {
            check = Active(options, tcp.Interval, tcp.Timeout);
            check.Tcp = NodeAddress.Format(host, port);
        }
        else if (options.HttpCheck is { } http)
        {
            check = Active(options, http.Interval, http.Timeout);
            check.Http = Fill(http.Url, host, port);
        }
        else if (options.GrpcCheck is { } grpc)
        {
            check = Active(options, grpc.Interval, grpc.Timeout);
            check.Grpc = NodeAddress.Format(host, port) + (string.IsNullOrEmpty(grpc.Service) ? "" : "/" + grpc.Service);
            check.GrpcUseTls = grpc.UseTls ? true : null;
        }
        else if (ttl > TimeSpan.Zero)
        {
            check = new CheckDefinition { Ttl = GoDuration.Format(ttl), DeregisterCriticalServiceAfter = DeregisterAfter(options, ttl) };
        }

        // A new check is critical until its first result, which would make the node invisible for a moment.
        check?.Status = "passing";
        return check;
    }

    public static string Fill(string url, string host, int port)
    {
        var shown = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return url
            .Replace("{host}", shown, StringComparison.Ordinal)
            .Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static CheckDefinition Active(ConsulRegistryOptions options, TimeSpan interval, TimeSpan? timeout) => new()
    {
        Interval = GoDuration.Format(interval),
        Timeout = timeout is { } limit ? GoDuration.Format(limit) : null,
        DeregisterCriticalServiceAfter = DeregisterAfter(options, interval),
    };

    private static string DeregisterAfter(ConsulRegistryOptions options, TimeSpan period) => GoDuration.Format(
        options.DeregisterCriticalAfter ?? (period < TimeSpan.FromMinutes(1) ? Shortest : period + Margin));
}
