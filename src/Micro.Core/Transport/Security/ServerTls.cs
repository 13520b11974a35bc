using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Micro.Basics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Security;

/// <summary>
/// TLS of a server's port. Each connection performs its handshake with the current certificate and continues with the
/// negotiated protocol (ALPN, RFC 7301).
/// </summary>
internal sealed class ServerTls : IDisposable
{
    /// <summary>First byte of every TLS handshake (RFC 8446, section 5.1); no supported protocol begins with it.</summary>
    public const byte HandshakeByte = 0x16;

    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(1);

    private readonly ServerTlsOptions _options;
    private readonly List<SslApplicationProtocol> _protocols;
    private readonly TlsCertificates _certificates;
    private readonly HandshakeFailures _failures;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">A file cannot be used; the message lists all errors.</exception>
    public ServerTls(ServerTlsOptions options, bool offersHttp2, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _protocols = offersHttp2 ? [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11] : [SslApplicationProtocol.Http11];
        _certificates = new TlsCertificates("server", options, time, logger);
        _failures = new HandshakeFailures(time, logger);
    }

    public void Dispose() => _certificates.Dispose();

    /// <summary>Adds TLS in front of the connection handlers.</summary>
    public ConnectionDelegate Secure(ConnectionDelegate next) => connection => ServeAsync(connection, next);

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
        await using (stream.ConfigureAwait(false))
        {
            if (await HandshakeAsync(connection, socket, stream).ConfigureAwait(false) is not { } features)
            {
                return;
            }

            connection.Features.Set<ITlsHandshakeFeature>(features);
            connection.Features.Set<ITlsConnectionFeature>(features);
            connection.Features.Set<ITlsApplicationProtocolFeature>(features);
            await ServeSecureAsync(connection, stream, next).ConfigureAwait(false);
        }
    }

    private async Task<TlsFeatures?> HandshakeAsync(ConnectionContext connection, Socket socket, SslStream stream)
    {
        var remote = connection.RemoteEndPoint?.ToString();
        using var limit = new CancellationTokenSource(_options.HandshakeTimeout, _time);
        var stops = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var stopping = stops.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        try
        {
            var first = new byte[1];
            if (await socket.ReceiveAsync(first, SocketFlags.Peek, limit.Token).ConfigureAwait(false) == 0)
            {
                return null; // opened and closed, as port checks do
            }

            if (first[0] != HandshakeByte)
            {
                _failures.Add(remote, "it does not speak TLS, which this port requires: enable TLS in the client (--client_tls), or remove the server's certificate (--server_tls_cert)");
                await RefusePlaintextAsync(socket, limit.Token).ConfigureAwait(false);
                return null;
            }

            var check = new ClientCheck(_options);
            await stream.AuthenticateAsServerAsync((_, hello, _, _) => new ValueTask<SslServerAuthenticationOptions>(OptionsFor(hello, check)), state: null, limit.Token).ConfigureAwait(false);
            if (check.Refusal is not { } refusal)
            {
                return new TlsFeatures(stream, stream.RemoteCertificate as X509Certificate2);
            }

            _failures.Add(remote, refusal);
            var answer = stream.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2
                ? TlsRefusal.OverHttp2(refusal)
                : TlsRefusal.OverHttp1(403, "Forbidden", refusal);
            await TlsRefusal.SendAsync(stream, answer, stream.ShutdownAsync, _time).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (!stops.IsCancellationRequested)
            {
                _failures.Add(remote, $"it did not complete the handshake within {ReadableTime.Limit(_options.HandshakeTimeout)}");
            }
        }
        catch (Exception exception)
        {
            // Any exception, also of a user's selector, ends this connection and no other.
            _failures.Add(remote, TlsFailures.OfClient(exception), exception);
        }

        return null;
    }

    private SslServerAuthenticationOptions OptionsFor(SslClientHelloInfo hello, ClientCheck check)
    {
        var name = string.IsNullOrEmpty(hello.ServerName) ? null : hello.ServerName;
        var asks = _options.Requirement != ClientCertificateRequirement.None;
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificates.CertificateFor(name)
                ?? throw new AuthenticationException($"there is no certificate for the name '{name}'"),
            ApplicationProtocols = _protocols,
            EnabledSslProtocols = _options.Protocols,
            AllowRenegotiation = false,
            ClientCertificateRequired = asks,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            CertificateChainPolicy = asks ? _certificates.Current.Trust?.Clone() : null,
#pragma warning disable CA5359 // ClientCheck applies the result after the handshake.
            RemoteCertificateValidationCallback = asks ? check.Verify : null,
#pragma warning restore CA5359
        };
    }

    private async Task RefusePlaintextAsync(Socket socket, CancellationToken cancellationToken)
    {
        const string Text = "this port speaks TLS: call it with TLS (--client_tls), or with https";
        var begin = new byte[4];
        var count = await socket.ReceiveAsync(begin, SocketFlags.Peek, cancellationToken).ConfigureAwait(false);
        if (count > 0 && !char.IsAsciiLetterUpper((char)begin[0]))
        {
            return; // not HTTP: the client would not understand an answer
        }

        using var stream = new NetworkStream(socket, ownsSocket: false);
        await TlsRefusal.SendAsync(
            stream,
            begin.AsSpan(0, count).SequenceEqual("PRI "u8) ? TlsRefusal.OverHttp2(Text) : TlsRefusal.OverHttp1(400, "Bad Request", Text),
            () =>
            {
                socket.Shutdown(SocketShutdown.Send);
                return Task.CompletedTask;
            },
            _time).ConfigureAwait(false);
    }

    private async Task ServeSecureAsync(ConnectionContext connection, SslStream stream, ConnectionDelegate next)
    {
        var plain = connection.Transport;
        var pipe = new SecurePipe(stream);
        connection.Transport = pipe;
        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            connection.Transport = plain;
            await pipe.Input.CompleteAsync().ConfigureAwait(false);
            try
            {
                await pipe.Output.CompleteAsync().ConfigureAwait(false);
                await stream.ShutdownAsync().WaitAsync(CloseTime, _time).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or TimeoutException or AuthenticationException)
            {
                // The client is gone or does not read.
            }
        }
    }
}
