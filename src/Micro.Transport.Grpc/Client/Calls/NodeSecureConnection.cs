using System.Net.Security;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>A connection with TLS in the hands of the HTTP/2 handler, which takes an <see cref="SslStream"/> as what it is.</summary>
internal sealed class NodeSecureConnection(NodeConnection connection, RefusalWatch watch) : SslStream(connection, leaveInnerStreamOpen: false)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        watch.IsDone ? base.ReadAsync(buffer, cancellationToken) : WatchAsync(buffer, cancellationToken);

    private async ValueTask<int> WatchAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        watch.See(buffer.Span[..count]);
        return count;
    }
}
