using System.Net.Security;
using Micro.Transport.Security;

namespace Micro.Transport.Grpc.Client;

/// <summary>A connection with TLS in the hands of the HTTP/2 handler, which takes an <see cref="SslStream"/> as what it is.</summary>
internal sealed class NodeSecureConnection(NodeConnection connection, RefusalWatch watch) : SslStream(connection, leaveInnerStreamOpen: false)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        watch.IsDone ? base.ReadAsync(buffer, cancellationToken) : WatchAsync(buffer, cancellationToken);

    private async ValueTask<int> WatchAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            watch.See(buffer.Span[..count]);
            return count;
        }
        catch (IOException exception)
        {
            // In TLS 1.3 a server that refuses the client's certificate says so when the handshake is over.
            watch.See(TlsFailures.OfRefusedClient(exception));
            throw;
        }
    }
}
