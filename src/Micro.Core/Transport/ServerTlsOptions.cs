using System.Security.Cryptography.X509Certificates;
using Micro.Basics;

namespace Micro.Transport;

/// <summary>TLS of a server, for all protocols of its port. The authorities verify its clients' certificates.</summary>
public sealed class ServerTlsOptions : TlsOptions
{
    /// <summary>
    /// The certificates that clients must send. The default value is <see langword="null"/>:
    /// <see cref="ClientCertificateRequirement.Require"/> when authorities are set, else
    /// <see cref="ClientCertificateRequirement.None"/>.
    /// </summary>
    public ClientCertificateRequirement? ClientCertificate { get; set; }

    /// <summary>
    /// Returns <see langword="true"/> to accept a client's certificate that has passed the check against the authorities;
    /// <see langword="null"/> (the default) accepts all of them. Must be quick and safe for concurrent use.
    /// </summary>
    public Func<X509Certificate2, bool>? ClientCertificateValidation { get; set; }

    /// <summary>Longest time from the opening of a connection to the end of the TLS handshake; positive. The default value is 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal ClientCertificateRequirement Requirement =>
        ClientCertificate ?? (HasAuthorities ? ClientCertificateRequirement.Require : ClientCertificateRequirement.None);

    internal override void Validate(string owner, ICollection<string> errors)
    {
        base.Validate(owner, errors);
        OptionRules.Positive(errors, $"{owner} TLS handshake timeout", HandshakeTimeout);
        if (!HasCertificate)
        {
            errors.Add($"{owner} TLS: there is no certificate: set {nameof(CertificateFile)} (--server_tls_cert), {nameof(Certificate)} or {nameof(CertificateSelector)}");
        }
    }
}
