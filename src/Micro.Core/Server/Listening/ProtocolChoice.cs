using Micro.Transport.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Micro.Server.Listening;

/// <summary>
/// Decides what a new connection speaks: under TLS what both sides agreed on (ALPN, RFC 7301; nothing means HTTP/1.1),
/// else by its first bytes.
/// </summary>
internal sealed class ProtocolChoice(ProtocolHost host, IServerProtocol<ConnectionContext> mucp, ConnectionDelegate http2)
{
    private readonly HandshakeFailures _strangers = new(host.TimeProvider, host.Logger);

    public Task ServeAsync(ConnectionContext connection) =>
        connection.Features.Get<ITlsApplicationProtocolFeature>() is { } agreed
            ? agreed.ApplicationProtocol.Span.SequenceEqual("h2"u8) ? ServeHttp2Async(connection) : mucp.ServeAsync(connection)
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

        if (isHttp2 == false && BeginsLikeTls(connection))
        {
            _strangers.Add(connection.RemoteEndPoint?.ToString(), "it speaks TLS, and this port does not: give the server a certificate (--server_tls_cert), or let it call without TLS");
            await RefuseTlsAsync(connection).ConfigureAwait(false);
            return;
        }

        if (isHttp2 is { } known)
        {
            await (known ? ServeHttp2Async(connection) : mucp.ServeAsync(connection)).ConfigureAwait(false);
        }
    }

    private static bool BeginsLikeTls(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        if (!input.TryRead(out var result))
        {
            return false;
        }

        var isTls = !result.Buffer.IsEmpty && result.Buffer.FirstSpan[0] == ServerTls.HandshakeByte;
        input.AdvanceTo(result.Buffer.Start);
        return isTls;
    }

    /// <summary>In plaintext, as HTTP servers do: TLS libraries know it and tell that there is no TLS here.</summary>
    private static async Task RefuseTlsAsync(ConnectionContext connection)
    {
        try
        {
            await connection.Transport.Output.WriteAsync(TlsRefusal.OverHttp1(400, "Bad Request", "this port speaks no TLS")).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The client is gone already.
        }
    }

    /// <summary>From here on Kestrel watches over the bytes, and the connection over its requests.</summary>
    private async Task ServeHttp2Async(ConnectionContext connection)
    {
        var shared = new Http2Connection(host, connection);
        connection.Features.Set(shared);
        using var closing = host.Closing.UnsafeRegister(static shared => ((Http2Connection)shared!).CloseWhenIdle(), shared);
        host.Reaper.Add(shared);
        var transport = connection.Transport;
        var output = new Http2Output(transport, shared.OnSending);
        connection.Transport = output;
        try
        {
            var serving = http2(connection);
            await serving.WaitAsync(host.Leaving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!serving.IsCompleted)
            {
                await shared.LeaveAsync(serving, output).ConfigureAwait(false);
                if (!serving.IsCompleted)
                {
                    return;
                }
            }

            try
            {
                await serving.ConfigureAwait(false);
            }
            finally
            {
                await EndAsync(shared, output).ConfigureAwait(false);
            }
        }
        finally
        {
            connection.Transport = transport;
            host.Reaper.Remove(shared);
        }
    }

    /// <summary>Writes what Kestrel has left; whoever does not read it holds nothing up.</summary>
    private async Task EndAsync(Http2Connection shared, Http2Output output)
    {
        try
        {
            await output.CompleteAsync().WaitAsync(host.Limits.WriteTimeout, host.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            shared.Cut("it does not read what is written to it");
        }
    }
}
