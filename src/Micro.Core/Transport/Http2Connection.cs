using Micro.Server;
using Microsoft.AspNetCore.Connections;

namespace Micro.Transport;

/// <summary>
/// What requests of one HTTP/2 connection share. When the server stops, Kestrel says good-bye (GOAWAY) and then waits for the
/// client to leave: a client that stays without a running request is sent away from here.
/// </summary>
internal sealed class Http2Connection(ProtocolHost host, ConnectionContext connection)
{
    /// <summary>How long requests that crossed the good-bye are still taken in.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromMilliseconds(250);

    private int _requests;

    /// <summary>Address of the client, made once for all requests.</summary>
    public string? Remote { get; } = AddressText.Of(connection.RemoteEndPoint);

    /// <summary>Address on which it came in.</summary>
    public string? Local { get; } = AddressText.Of(connection.LocalEndPoint);

    public void BeginRequest() => Interlocked.Increment(ref _requests);

    /// <summary>A request has ended, its answer written.</summary>
    public void EndRequest()
    {
        if (Interlocked.Decrement(ref _requests) == 0 && host.Closing.IsCancellationRequested)
        {
            CloseWhenIdle();
        }
    }

    /// <summary>Ends the connection if in a moment still no request runs.</summary>
    public void CloseWhenIdle() => _ = CloseWhenIdleAsync();

    private async Task CloseWhenIdleAsync()
    {
        await Task.Delay(GoodbyeTime, host.TimeProvider, connection.ConnectionClosed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Volatile.Read(ref _requests) == 0)
        {
            // To Kestrel this looks like the client's own end: it names the last request it took and closes.
            connection.Transport.Input.CancelPendingRead();
        }
    }
}
