using Micro.Codecs.Envelopes;
using Micro.Transport;

namespace Micro.Client;

/// <summary>
/// Which protocol a call to a node takes: what the call asks for where the node speaks it, else what the node speaks.
/// </summary>
internal static class NodeProtocol
{
    public static bool IsGrpc(Node node, CallPlan plan) => IsGrpc(node, Wanted(plan));

    /// <param name="node">The node; one without metadata is believed to speak what is wanted.</param>
    /// <param name="wanted">The protocol asked for; <see langword="null"/> leaves it to the node, whose silence means mucp.</param>
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

    /// <summary>The content type of a call says more than the option; the old envelopes exist in mucp alone.</summary>
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
