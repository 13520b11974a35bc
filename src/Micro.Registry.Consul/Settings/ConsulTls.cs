using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Micro.Registry.Consul.Settings;

/// <summary>Certificates, loaded once; makes the TLS settings of connections.</summary>
internal sealed class ConsulTls(X509Certificate2Collection? authorities, X509Certificate2? clientCertificate, bool skipVerification)
{
    public static ConsulTls Load(ConsulTlsOptions options, List<string> errors)
    {
        var authorities = options.CaFile is null && options.CaDirectory is null ? null : new X509Certificate2Collection();
        if (options.CaFile is { } file)
        {
            Try("CaFile", file, () => authorities!.ImportFromPemFile(file));
        }

        if (options.CaDirectory is { } directory)
        {
            Try("CaDirectory", directory, () => LoadDirectory(authorities!, directory));
        }

        X509Certificate2? client = null;
        if (options.ClientCertificateFile is null != options.ClientKeyFile is null)
        {
            errors.Add("Tls: ClientCertificateFile and ClientKeyFile belong together");
        }
        else if (options.ClientCertificateFile is { } certificate)
        {
            Try("ClientCertificateFile", certificate, () => client = X509Certificate2.CreateFromPemFile(certificate, options.ClientKeyFile));
        }

        return new ConsulTls(authorities, client, options.SkipVerification == true);

        void Try(string option, string path, Action load)
        {
            try
            {
                load();
            }
            catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
            {
                errors.Add($"Tls.{option}: '{path}' cannot be used: {exception.Message}");
            }
        }
    }

    public SslClientAuthenticationOptions CreateOptions()
    {
        var options = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (clientCertificate is not null)
        {
            options.ClientCertificateContext = SslStreamCertificateContext.Create(clientCertificate, additionalCertificates: null, offline: true);
        }

        if (authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (skipVerification)
        {
#pragma warning disable CA5359, MA0039 // Only with the option of that name, which logs a warning.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359, MA0039
        }

        return options;
    }

    private static void LoadDirectory(X509Certificate2Collection authorities, string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            authorities.ImportFromPemFile(file);
        }
    }
}
