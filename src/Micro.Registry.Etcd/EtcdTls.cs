using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using Micro.Transport;
using Micro.Transport.Security;

namespace Micro.Registry.Etcd;

/// <summary>TLS towards the members; the files are read once.</summary>
internal sealed record EtcdTls(TlsMaterial Material, bool SkipsVerification)
{
    /// <summary>Returns <see langword="true"/> if the options or an address ask for TLS.</summary>
    public static bool IsWanted(EtcdRegistryOptions options) =>
        options.Secure
        || options.Tls.CaFile is not null
        || options.Tls.ClientCertificateFile is not null
        || options.Addresses.Any(EtcdAddress.IsSecure);

    /// <summary>Reads the files; <see langword="null"/> when one cannot be used, which is added to the list.</summary>
    public static EtcdTls? Load(EtcdRegistryOptions options, List<string> errors)
    {
        var files = new ClientTlsOptions { CertificateFile = options.Tls.ClientCertificateFile, KeyFile = options.Tls.ClientKeyFile, CaFile = options.Tls.CaFile };
        var material = TlsMaterial.Load("etcd", files, TlsFiles.Read("etcd", files, errors), errors);
        var skips = options.Tls.SkipVerification ?? string.Equals(options.Variable("MICRO_TLS_INSECURE"), "true", StringComparison.OrdinalIgnoreCase);
        return material is not null && errors.Count == 0 ? new EtcdTls(material, skips) : null;
    }

    /// <summary>Creates the settings for the connections to one member.</summary>
    [SuppressMessage("Security", "CA5398", Justification = "A lower bound of TLS 1.2, whatever the system allows.")]
    [SuppressMessage("Security", "CA5359", Justification = "Only with the option of that name, which logs a warning.")]
    public SslClientAuthenticationOptions CreateOptions() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateContext = Material.Certificate,
        CertificateChainPolicy = Material.Trust?.Clone(),
        RemoteCertificateValidationCallback = SkipsVerification ? static (_, _, _, _) => true : null,
    };
}
