using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Micro.Transport.Security;

/// <summary>
/// Checks the certificate of one client. Lets every handshake complete, because TLS libraries do not tell the client why a
/// handshake ended, and in TLS 1.3 the client considers it complete by then. The refusal follows as the first answer.
/// </summary>
internal sealed class ClientCheck(ServerTlsOptions options)
{
    /// <summary>Gets the reason why the client is refused; <see langword="null"/> when it is accepted.</summary>
    public string? Refusal { get; private set; }

    public bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = certificate is X509Certificate2 shown ? Check(shown, chain, errors)
            : options.Requirement == ClientCertificateRequirement.Require ? "this server requires a client certificate: set one (--client_tls_cert)"
            : null;
        return true;
    }

    private string? Check(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.None)
        {
            var cause = CertificateText.Explain(certificate, chain, errors, name: null, "on the server, --server_tls_client_ca") ?? errors.ToString();
            return $"this server refuses the client's certificate: {cause}";
        }

        return options.ClientCertificateValidation is { } accepts && !accepts(certificate)
            ? $"this server does not accept the client '{CertificateText.NameOf(certificate)}'"
            : null;
    }
}
