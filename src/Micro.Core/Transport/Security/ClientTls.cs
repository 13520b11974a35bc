using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Security;

/// <summary>TLS of a client, for all its connections. Safe for concurrent use.</summary>
internal sealed class ClientTls : IDisposable
{
    private const string ErrorId = "go.micro.client.transport";

    private readonly ClientTlsOptions _options;
    private readonly TlsCertificates _certificates;

    /// <exception cref="ArgumentException">A file cannot be used; the message lists all errors.</exception>
    public ClientTls(ClientTlsOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _certificates = new TlsCertificates("client", options, time, logger);
        if (options.SkipVerification)
        {
            logger.VerificationSkipped();
        }
    }

    public void Dispose() => _certificates.Dispose();

    /// <summary>Performs the handshake on a new connection.</summary>
    /// <param name="stream">The connection; closed when this fails.</param>
    /// <param name="address">Address of the node, for errors.</param>
    /// <param name="host">Its host: the name to request and verify unless the options set another.</param>
    /// <param name="protocol">The protocol to negotiate (ALPN).</param>
    /// <param name="cancellationToken">Ends the handshake.</param>
    /// <exception cref="MicroException">Kind <see cref="ErrorKind.Connect"/>, with cause and remedy.</exception>
    public async Task<SslStream> SecureAsync(SslStream stream, string address, string host, SslApplicationProtocol protocol, CancellationToken cancellationToken)
    {
        var name = _options.ServerName ?? host;
        string? refusal = null;
        try
        {
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,
                    ApplicationProtocols = [protocol],
                    EnabledSslProtocols = _options.Protocols,
                    AllowRenegotiation = false,
                    ClientCertificateContext = _certificates.CertificateFor(name),
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    CertificateChainPolicy = _certificates.Current.Trust?.Clone(),
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) => Accept(certificate, chain, errors, name, out refusal),
                },
                cancellationToken).ConfigureAwait(false);
            return protocol != SslApplicationProtocol.Http2 || stream.NegotiatedApplicationProtocol == protocol
                ? stream
                : throw Failed(address, "it does not speak HTTP/2 over TLS (ALPN), which gRPC needs: call it over mucp", null);
        }
        catch (Exception exception)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (exception is OperationCanceledException or MicroException)
            {
                throw;
            }

            throw Failed(address, refusal ?? TlsFailures.OfServer(exception), exception);
        }
    }

    private bool Accept(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string name, out string? refusal)
    {
        refusal = _options.SkipVerification || errors == SslPolicyErrors.None ? null
            : certificate is X509Certificate2 shown ? CertificateText.Explain(shown, chain, errors, name, "--client_tls_ca") ?? errors.ToString()
            : "it sent no certificate";
        return refusal is null;
    }

    private static MicroException Failed(string address, string cause, Exception? exception) =>
        new(503, ErrorId, $"connection error: {address}: {cause}", ErrorKind.Connect, exception);
}
