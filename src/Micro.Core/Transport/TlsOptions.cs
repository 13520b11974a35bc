using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Micro.Basics;
using Micro.Transport.Security;

namespace Micro.Transport;

/// <summary>
/// TLS (RFC 8446, RFC 5246) of a server or a client: its own certificate, and the authorities that it trusts. TLS 1.2 is the minimum.
/// Files are checked at start and read again at run time: new connections use their current content, and invalid files
/// change nothing.
/// </summary>
public abstract class TlsOptions
{
    private protected TlsOptions()
    {
    }

    /// <summary>
    /// File of the certificate, followed by those of the authorities between it and the root, in PEM, or PKCS #12
    /// (<c>.pfx</c>) with its key. The default value is <see langword="null"/>.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>PEM file of the certificate's key; <see langword="null"/> (the default) when the key is in <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>Password of an encrypted key or PKCS #12 file; <see langword="null"/> (the default) for none.</summary>
    public string? KeyPassword { get; set; }

    /// <summary>A certificate with its key, in place of <see cref="CertificateFile"/>. Not disposed.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>
    /// Returns the certificate, with its key, for each new connection, in place of <see cref="CertificateFile"/>. Its argument is
    /// the server name that the client requested (SNI, RFC 6066, section 3), or <see langword="null"/>. Must be quick and safe for
    /// concurrent use. An exception ends that connection.
    /// </summary>
    public Func<string?, X509Certificate2?>? CertificateSelector { get; set; }

    /// <summary>PEM file of the authorities that verify the peer's certificate, in place of the system's.</summary>
    public string? CaFile { get; set; }

    /// <summary>Further authorities that verify the peer's certificate, in place of the system's.</summary>
    public X509Certificate2Collection TrustedAuthorities { get; } = [];

    /// <summary>
    /// <see langword="true"/> to trust the system's authorities besides <see cref="CaFile"/> and <see cref="TrustedAuthorities"/>. The
    /// default value is <see langword="false"/>.
    /// </summary>
    public bool TrustsSystemAuthorities { get; set; }

    /// <summary><see langword="true"/> to refuse versions before TLS 1.3. The default value is <see langword="false"/>: TLS 1.2 is accepted too.</summary>
    public bool RequireTls13 { get; set; }

    /// <summary>Time between two checks of the files; positive. The default value is 5 s.</summary>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(5);

    internal SslProtocols Protocols => RequireTls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13;

    internal bool HasCertificate => CertificateFile is not null || Certificate is not null || CertificateSelector is not null;

    internal bool HasAuthorities => CaFile is not null || TrustedAuthorities.Count > 0;

    /// <summary>Adds every error to the list, including those of the files.</summary>
    internal virtual void Validate(string owner, ICollection<string> errors)
    {
        OptionRules.Positive(errors, $"{owner} TLS reload interval", ReloadInterval);
        if (new object?[] { CertificateFile, Certificate, CertificateSelector }.Count(static source => source is not null) > 1)
        {
            errors.Add($"{owner} TLS: {nameof(CertificateFile)}, {nameof(Certificate)} and {nameof(CertificateSelector)} exclude each other: set one");
        }

        if (KeyFile is not null && CertificateFile is null)
        {
            errors.Add($"{owner} TLS key file '{KeyFile}': there is no certificate file, set that too");
        }

        if (Certificate is { HasPrivateKey: false })
        {
            errors.Add($"{owner} TLS certificate '{Certificate.Subject}': has no private key");
        }

        TlsMaterial.Load(owner, this, TlsFiles.Read(owner, this, errors), errors);
    }
}
