using System.Net;
using System.Net.Sockets;
using Micro.Registry;

namespace Micro.Transport;

/// <summary>Opens connections to nodes. Never goes through a proxy of the system.</summary>
internal static class Dialer
{
    private const string ErrorId = "go.micro.client.transport";

    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>: nothing was sent.</exception>
    public static async Task<Socket> ConnectAsync(string address, TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (!NodeAddress.TryParse(address, out var host, out var port) || host.Length == 0 || port == 0)
        {
            throw new MicroException(503, ErrorId, $"connection error: '{address}' is not host:port", ErrorKind.Connect);
        }

        var endPoint = IPAddress.TryParse(host, out var ip) ? new IPEndPoint(ip, port) : (EndPoint)new DnsEndPoint(host, port);
        var socket = ip is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(timeout, timeProvider);
        using var registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(endPoint, limit.Token).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new MicroException(503, ErrorId, $"connection error: {address}: {exception.Message}", ErrorKind.Connect, exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw NotInTime(address, timeout);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static MicroException NotInTime(string address, TimeSpan timeout) =>
        new(503, ErrorId, $"connection error: {address} did not accept within the dial timeout of {timeout.TotalSeconds} s", ErrorKind.Connect);
}
