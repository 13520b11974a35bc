using Micro.Server;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Micro.Transport;

/// <summary>
/// Decides what a new connection speaks: under TLS what both sides agreed on (ALPN, RFC 7301; nothing means HTTP/1.1),
/// else by its first bytes.
/// </summary>
internal sealed class ProtocolChoice(ProtocolHost host, ConnectionDelegate mucp, ConnectionDelegate http2)
{
    public Task ServeAsync(ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>() is { } agreed
            ? agreed.ApplicationProtocol.Span.SequenceEqual("h2"u8) ? ServeHttp2Async(connection, new OpenConnection(host, connection)) : mucp(connection)
            : ServeByFirstBytesAsync(connection);

    private async Task ServeByFirstBytesAsync(ConnectionContext connection)
    {
        var open = new OpenConnection(host, connection);
        bool? isHttp2;
        host.Reaper.Add(open);
        try
        {
            isHttp2 = await open.BeginsWithPrefaceAsync().ConfigureAwait(false);
        }
        finally
        {
            host.Reaper.Remove(open);
        }

        if (isHttp2 is { } known)
        {
            await (known ? ServeHttp2Async(connection, open) : mucp(connection)).ConfigureAwait(false);
        }
    }

    /// <summary>From here on Kestrel watches over the connection; it only stays counted.</summary>
    private async Task ServeHttp2Async(ConnectionContext connection, OpenConnection open)
    {
        var shared = new Http2Connection(host, connection);
        connection.Features.Set(shared);
        using var closing = host.Closing.UnsafeRegister(static shared => ((Http2Connection)shared!).CloseWhenIdle(), shared);
        host.Reaper.Add(open);
        try
        {
            await http2(connection).ConfigureAwait(false);
        }
        finally
        {
            host.Reaper.Remove(open);
        }
    }
}
