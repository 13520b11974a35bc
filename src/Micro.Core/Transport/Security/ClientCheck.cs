using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Micro.Transport.Security;

/// <summary>
/// Looks at the certificate of one client. It lets every handshake end, because TLS libraries do not tell the client why
/// one was broken off, and in TLS 1.3 it believes the handshake done by then: the refusal follows as the first answer.
/// </summary>
internal sealed class ClientCheck(ServerTlsOptions options)
{
    /// <summary>Why the client is not served; <see langword="null"/> if it is.</summary>
    public string? Refusal { get; private set; }

    public bool Look(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = certificate is X509Certificate2 shown ? Check(shown, chain, errors)
            : options.Requirement == ClientCertificateRequirement.Require ? "this server wants a client certificate and got none: set one (--client_tls_cert)"
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

        return options.AcceptsClient is { } accepts && !accepts(certificate)
            ? $"this server does not accept the client '{CertificateText.NameOf(certificate)}'"
            : null;
    }
}
