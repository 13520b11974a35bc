using Micro.Codecs.Envelopes;
using Micro.Transport;

namespace Micro.Client;

/// <summary>
/// Chooses the protocol of a call to a node: the requested one if the node speaks it, else the node's own.
/// </summary>
internal static class NodeProtocol
{
    public static bool IsGrpc(Node node, CallPlan plan) => IsGrpc(node, Wanted(plan));

    /// <param name="node">The node; a node without metadata is assumed to speak the requested protocol.</param>
    /// <param name="wanted">The requested protocol; <see langword="null"/> for the node's own, by default mucp.</param>
    public static bool IsGrpc(Node node, string? wanted)
    {
        var metadata = node.Metadata;
        if (!metadata.TryGetValue("protocol", out var own) && !metadata.TryGetValue("server", out own))
        {
            return Is(wanted, ProtocolNames.Grpc);
        }

        if (wanted is null || Is(own, wanted) || !Lists(metadata, wanted))
        {
            return Is(own, ProtocolNames.Grpc);
        }

        return Is(wanted, ProtocolNames.Grpc);
    }

    /// <summary>Returns <see langword="true"/> for a node whose record lists its protocols, as servers of this framework do.</summary>
    public static bool IsOfThisFramework(Node node) => node.Metadata.ContainsKey(ProtocolNames.MetadataKey);

    /// <summary>Returns the protocol of a content type, which overrides the option; the old envelopes exist only in mucp.</summary>
    private static string? Wanted(CallPlan plan)
    {
        if (plan.Format.Envelope is not { } envelope)
        {
            return plan.Protocol;
        }

        return ReferenceEquals(envelope, Envelope.Grpc) ? ProtocolNames.Grpc : ProtocolNames.Mucp;
    }

    private static bool Lists(IReadOnlyDictionary<string, string> metadata, string wanted)
    {
        if (!metadata.TryGetValue(ProtocolNames.MetadataKey, out var list))
        {
            return false;
        }

        foreach (var range in list.AsSpan().Split(','))
        {
            if (list.AsSpan(range).Trim().Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(string? protocol, string other) => string.Equals(protocol, other, StringComparison.OrdinalIgnoreCase);
}
