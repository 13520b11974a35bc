namespace Micro.Client;

/// <summary>
/// The connections of one protocol to all nodes: reports the last arrival of bytes from a node, and retires silent
/// connections. Safe for concurrent use.
/// </summary>
internal interface INodeTraffic
{
    /// <summary>Returns the timestamp at which bytes arrived last from a node; <see cref="long.MinValue"/> if none did.</summary>
    /// <param name="address">Address of the node, <c>host:port</c>.</param>
    long HeardAt(string address);

    /// <summary>
    /// Retires the connections to a node on which nothing has arrived since a given time, so that the next call opens a new
    /// one. Calls in flight may still be answered.
    /// </summary>
    /// <param name="address">Address of the node, <c>host:port</c>.</param>
    /// <param name="since">Timestamp; <see cref="long.MaxValue"/> for all connections.</param>
    void RetireSilent(string address, long since);
}
