using System.Net.Security;
using System.Net.Sockets;
using Micro.Basics;
using Micro.Transport.Security;

namespace Micro.Transport;

/// <summary>Opens connections to nodes.</summary>
internal static class Dialer
{
    private const string ErrorId = "go.micro.client.transport";

    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>: nothing was sent.</exception>
    public static async Task<Stream> ConnectAsync(INetwork network, string address, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (!NodeAddress.TryParse(address, out var host, out var port) || host.Length == 0 || port == 0)
        {
            throw new MicroException(503, ErrorId, $"connection error: '{address}' is not host:port", ErrorKind.Connect);
        }

        using var limit = new CancellationTokenSource(timeout, timeProvider);
        using var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        try
        {
            return await network.ConnectAsync(host, port, limit.Token).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            throw new MicroException(503, ErrorId, $"connection error: {address}: {exception.Message}", ErrorKind.Connect, exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(address, timeout);
        }
    }

    /// <summary>Performs the TLS handshake on a new connection, within the rest of the dial timeout.</summary>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>: nothing was sent. The connection is closed.</exception>
    public static async Task<SslStream> SecureAsync(
        SslStream connection,
        string address,
        ClientTls tls,
        SslApplicationProtocol protocol,
        TimeSpan timeout,
        long started,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        _ = NodeAddress.TryParse(address, out var host, out _);
        var left = timeout - timeProvider.GetElapsedTime(started);
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, timeProvider);
        using var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        try
        {
            return await tls.SecureAsync(connection, address, host!, protocol, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw TimedOut(address, timeout, isSecure: true);
        }
    }

    public static MicroException TimedOut(string address, TimeSpan timeout, bool isSecure = false) =>
        new(503, ErrorId, $"connection error: {address} did not accept{(isSecure ? " and complete the TLS handshake" : "")} within the dial timeout of {ReadableTime.Limit(timeout)}", ErrorKind.Connect);
}
