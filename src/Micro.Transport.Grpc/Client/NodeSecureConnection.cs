using System.Net.Security;
using Micro.Transport.Security;

namespace Micro.Transport.Grpc.Client;

/// <summary>A TLS connection that the HTTP/2 handler uses; the handler recognizes an <see cref="SslStream"/>.</summary>
internal sealed class NodeSecureConnection(NodeConnection connection, RefusalWatch watch) : SslStream(connection, leaveInnerStreamOpen: false)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        watch.IsDone ? base.ReadAsync(buffer, cancellationToken) : WatchAsync(buffer, cancellationToken);

    private async ValueTask<int> WatchAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            watch.Inspect(buffer.Span[..count]);
            return count;
        }
        catch (IOException exception)
        {
            // In TLS 1.3 a server refuses the client's certificate after the handshake.
            watch.Inspect(TlsFailures.ForRefusedClient(exception));
            throw;
        }
    }
}
