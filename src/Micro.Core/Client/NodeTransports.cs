using Micro.Transport;

namespace Micro.Client;

/// <summary>The transports of a client; a node is seldom called over both.</summary>
/// <param name="mucp">Calls nodes over mucp.</param>
/// <param name="grpc">Calls nodes over gRPC; <see langword="null"/> when all calls are mucp.</param>
internal sealed class NodeTransports(IClientTransport mucp, IClientTransport? grpc) : INodeTraffic, IDisposable
{
    /// <summary>Returns the transport for a call to a node.</summary>
    /// <exception cref="MicroException">The node is called without TLS, which it requires.</exception>
    public IClientTransport For(Node node, CallPlan call)
    {
        NodeTls.ThrowIfMissing(node, call.UsesTls);
        return grpc is not null && NodeProtocol.IsGrpc(node, call) ? grpc : mucp;
    }

    public long HeardAt(string address) => Math.Max(mucp.HeardAt(address), grpc?.HeardAt(address) ?? long.MinValue);

    public void RetireSilent(string address, long since)
    {
        mucp.RetireSilent(address, since);
        grpc?.RetireSilent(address, since);
    }

    public void Dispose()
    {
        mucp.Dispose();
        grpc?.Dispose();
    }
}
