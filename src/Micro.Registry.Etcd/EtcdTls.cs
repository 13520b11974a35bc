using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Micro.Registry.Etcd;

/// <summary>The certificates for connections to the members, read once.</summary>
internal sealed class EtcdTls(X509Certificate2Collection authorities, X509Certificate2? certificate, bool skipsVerification)
{
    public bool SkipsVerification => skipsVerification;

    /// <summary>Returns <see langword="true"/> if the options or an address ask for TLS.</summary>
    public static bool IsWanted(EtcdRegistryOptions options) =>
        options.Secure
        || options.Tls.CaFile is not null
        || options.Tls.ClientCertificateFile is not null
        || options.Addresses.Any(EtcdAddress.IsSecure);

    /// <summary>Reads the files.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no certificate or key.</exception>
    public static EtcdTls Load(EtcdRegistryOptions options)
    {
        var authorities = new X509Certificate2Collection();
        if (options.Tls.CaFile is { } file)
        {
            authorities.ImportFromPemFile(file);
        }

        return new EtcdTls(
            authorities,
            options.Tls.ClientCertificateFile is { } certificate ? X509Certificate2.CreateFromPemFile(certificate, options.Tls.ClientKeyFile) : null,
            options.Tls.SkipVerification ?? string.Equals(options.Variable("MICRO_TLS_INSECURE"), "true", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Creates the settings for the connections to one member.</summary>
    [SuppressMessage("Security", "CA5398", Justification = "A lower bound of TLS 1.2, whatever the system allows.")]
    [SuppressMessage("Security", "CA5359", Justification = "Only with the option of that name, which logs a warning.")]
    public SslClientAuthenticationOptions CreateOptions()
    {
        var options = new SslClientAuthenticationOptions { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (certificate is not null)
        {
            options.ClientCertificates = [certificate];
        }

        if (authorities.Count > 0)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (skipsVerification)
        {
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }

        return options;
    }
}
