using System.Security.Cryptography.X509Certificates;
using Micro.Transport.Grpc;

namespace Micro.Registry.Etcd;

/// <summary>Reads certificates into what a channel needs.</summary>
internal static class EtcdTls
{
    /// <summary>Whether the options or an address ask for TLS.</summary>
    public static bool IsWanted(EtcdRegistryOptions options) =>
        options.Secure
        || options.Tls.CaFile is not null
        || options.Tls.ClientCertificateFile is not null
        || options.Addresses.Any(EtcdAddress.IsSecure);

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds no certificate or key.</exception>
    public static GrpcTlsOptions Load(EtcdRegistryOptions options)
    {
        var tls = new GrpcTlsOptions
        {
            ServerName = options.Tls.ServerName,
            DangerousSkipCertificateVerification = options.Tls.SkipVerification
                ?? string.Equals(options.Variable("MICRO_TLS_INSECURE"), "true", StringComparison.OrdinalIgnoreCase),
        };
        if (options.Tls.CaFile is { } authorities)
        {
            tls.TrustedAuthorities.ImportFromPemFile(authorities);
        }

        if (options.Tls.ClientCertificateFile is { } certificate)
        {
            tls.ClientCertificate = X509Certificate2.CreateFromPemFile(certificate, options.Tls.ClientKeyFile);
        }

        return tls;
    }
}
