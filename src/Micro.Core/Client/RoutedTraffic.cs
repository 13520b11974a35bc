namespace Micro.Client;

/// <summary>The connections of a client to its nodes, in all protocols; a node is seldom called in both.</summary>
internal sealed class RoutedTraffic(INodeTraffic mucp, INodeTraffic? grpc) : INodeTraffic
{
    public long HeardAt(string address) => Math.Max(mucp.HeardAt(address), grpc?.HeardAt(address) ?? long.MinValue);

    public void RetireSilent(string address, long since)
    {
        mucp.RetireSilent(address, since);
        grpc?.RetireSilent(address, since);
    }
}
