namespace Micro.Client;

/// <summary>
/// The connections of one protocol to all nodes: tells when a node was last heard from, and gives up what is silent. Safe
/// for concurrent use.
/// </summary>
internal interface INodeTraffic
{
    /// <summary>Returns the timestamp at which bytes arrived last from a node; <see cref="long.MinValue"/> if none did.</summary>
    /// <param name="address">Address of the node, <c>host:port</c>.</param>
    long HeardAt(string address);

    /// <summary>
    /// Gives no more calls to the connections to a node on which nothing has arrived since a moment, so that the next call
    /// connects anew. Calls that wait there may still be answered.
    /// </summary>
    /// <param name="address">Address of the node, <c>host:port</c>.</param>
    /// <param name="since">Timestamp; <see cref="long.MaxValue"/> for all connections.</param>
    void RetireSilent(string address, long since);
}
