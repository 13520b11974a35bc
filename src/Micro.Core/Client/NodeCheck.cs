using System.Net.Security;
using Micro.Selection;
using Micro.Transport;
using Micro.Transport.Security;

namespace Micro.Client;

/// <summary>
/// Asks nodes over new connections whether they live. A node of this framework answers <c>GET /health/live</c> on its port;
/// of any other node a connection is all that can be asked for. A process that hangs accepts connections, but answers nothing.
/// </summary>
internal sealed class NodeCheck(INetwork network, ClientTls? tls, TimeSpan dialTimeout, TimeProvider time) : INodeCheck, IDisposable
{
    /// <summary>
    /// How long a node may take for its answer, connecting included: one lost packet of the handshake, which is sent again
    /// after a second, is no verdict.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private volatile bool _isDisposed;

    /// <summary>Returns whether the silence of a node says more than that its handlers are slow.</summary>
    public static bool CanAsk(Node node) => NodeProtocol.IsOfThisFramework(node);

    public async Task<bool> IsAliveAsync(Node node, CancellationToken cancellationToken)
    {
        if (_isDisposed)
        {
            // The selector outlives the client it got this from: calls have to find out by themselves.
            return true;
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        try
        {
            return await AskAsync(node, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is MicroException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return _isDisposed;
        }
    }

    public void Dispose() => _isDisposed = true;

    private async Task<bool> AskAsync(Node node, CancellationToken cancellationToken)
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
            return await AskAsync(connection, node.Address, cancellationToken).ConfigureAwait(false);
        }

        var secure = await Dialer.SecureAsync(
            new SslStream(connection, leaveInnerStreamOpen: true), node.Address, tls, SslApplicationProtocol.Http11, patience, started, time, cancellationToken).ConfigureAwait(false);
        await using var ending = secure.ConfigureAwait(false);
        return await AskAsync(secure, node.Address, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> AskAsync(Stream connection, string address, CancellationToken cancellationToken)
    {
        var request = System.Text.Encoding.ASCII.GetBytes($"GET /health/live HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        await connection.WriteAsync(request, cancellationToken).ConfigureAwait(false);

        // Any answer is a sign of life, whatever it says.
        return await connection.ReadAsync(new byte[16], cancellationToken).ConfigureAwait(false) > 0;
    }
}
