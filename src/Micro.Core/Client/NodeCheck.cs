using System.Net.Security;
using Micro.Selection;
using Micro.Transport;
using Micro.Transport.Security;

namespace Micro.Client;

/// <summary>
/// Checks nodes over new connections. A node of this framework must answer <c>GET /health/live</c> on its port, because a
/// process that hangs still accepts connections. For any other node a connection is enough.
/// </summary>
internal sealed class NodeCheck(INetwork network, ClientTls? tls, TimeSpan dialTimeout, TimeProvider time) : INodeCheck, IDisposable
{
    /// <summary>
    /// Time limit of the answer, connecting included. Long enough for one lost packet of the handshake, which is resent after a
    /// second.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private volatile bool _isDisposed;

    /// <summary>Returns whether a check can distinguish a dead node from slow handlers.</summary>
    public static bool CanAsk(Node node) => NodeProtocol.IsOfThisFramework(node);

    public async Task<bool> IsAliveAsync(Node node, CancellationToken cancellationToken)
    {
        if (_isDisposed)
        {
            // The selector outlives the client that set this check: report the node as alive.
            return true;
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        try
        {
            return await ProbeAsync(node, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MicroException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return _isDisposed;
        }
    }

    public void Dispose() => _isDisposed = true;

    private async Task<bool> ProbeAsync(Node node, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var patience = dialTimeout < Patience ? dialTimeout : Patience;
        var connection = await Dialer.ConnectAsync(network, node.Address, patience, time, cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        if (!CanAsk(node))
        {
            return true;
        }

        if (tls is null)
        {
            return await ProbeAsync(connection, node.Address, cancellationToken).ConfigureAwait(false);
        }

        var secure = await Dialer.SecureAsync(
            new SslStream(connection, leaveInnerStreamOpen: true), node.Address, tls, SslApplicationProtocol.Http11, patience, started, time, cancellationToken).ConfigureAwait(false);
        await using var ending = secure.ConfigureAwait(false);
        return await ProbeAsync(secure, node.Address, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> ProbeAsync(Stream connection, string address, CancellationToken cancellationToken)
    {
        var request = System.Text.Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        await connection.WriteAsync(request, cancellationToken).ConfigureAwait(false);

        // Any answer proves that the node is alive.
        return await connection.ReadAsync(new byte[16], cancellationToken).ConfigureAwait(false) > 0;
    }
}
