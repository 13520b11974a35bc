using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Micro.Transport.Security;

/// <summary>Certificate and trust at one moment. Immutable.</summary>
internal sealed record TlsMaterial(SslStreamCertificateContext? Certificate, X509ChainPolicy? Trust)
{
    private const string PemBegin = "-----BEGIN ";

    /// <summary>Creates it from files and options; <see langword="null"/> after errors, which are added to the list.</summary>
    public static TlsMaterial? Load(string owner, TlsOptions options, TlsFiles files, ICollection<string> errors)
    {
        var before = errors.Count;
        SslStreamCertificateContext? certificate = null;
        TryLoad($"{owner} TLS certificate file '{options.CertificateFile}'", "it must be PEM or PKCS #12 and its key must belong to it", () => certificate = LoadCertificate(options, files), errors);
        X509ChainPolicy? trust = null;
        TryLoad($"{owner} TLS authorities file '{options.CaFile}'", "it must be PEM certificates", () => trust = LoadTrust(options, files), errors);
        return errors.Count == before ? new TlsMaterial(certificate, trust) : null;
    }

    /// <summary>Works offline: chains are sent as configured.</summary>
    public static SslStreamCertificateContext ContextOf(X509Certificate2 certificate, X509Certificate2Collection? chain = null) =>
        SslStreamCertificateContext.Create(certificate, chain, offline: true);

    private static void TryLoad(string what, string rule, Action load, ICollection<string> errors)
    {
        try
        {
            load();
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or FormatException or NotSupportedException)
        {
            errors.Add($"{what}: cannot be used, {rule}: {exception.Message}");
        }
    }

    private static SslStreamCertificateContext? LoadCertificate(TlsOptions options, TlsFiles files)
    {
        if (options.Certificate is { HasPrivateKey: true } given)
        {
            return ContextOf(given);
        }

        if (files.Certificate is not { } bytes || (options.KeyFile is not null && files.Key is null))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes);
        return text.Contains(PemBegin, StringComparison.Ordinal)
            ? LoadPem(text, files.Key is { } key ? Encoding.UTF8.GetString(key) : text, options.KeyPassword)
            : LoadPkcs12(bytes, options.KeyPassword);
    }

    private static SslStreamCertificateContext LoadPem(string text, string key, string? password)
    {
        var certificate = password is null
            ? X509Certificate2.CreateFromPem(text, key)
            : X509Certificate2.CreateFromEncryptedPem(text, key, password);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(text);
        chain.RemoveAt(0);
        if (OperatingSystem.IsWindows())
        {
            // Schannel does not accept keys that exist only in memory.
            using var loose = certificate;
            certificate = X509CertificateLoader.LoadPkcs12(loose.Export(X509ContentType.Pkcs12), password: null);
        }

        return ContextOf(certificate, chain);
    }

    private static SslStreamCertificateContext LoadPkcs12(byte[] bytes, string? password)
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(bytes, password);
        var certificate = all.FirstOrDefault(static candidate => candidate.HasPrivateKey)
            ?? throw new CryptographicException("it holds no private key");
        all.Remove(certificate);
        return ContextOf(certificate, all);
    }

    private static X509ChainPolicy? LoadTrust(TlsOptions options, TlsFiles files)
    {
        if (!options.HasAuthorities)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection(options.TrustedAuthorities);
        if (files.Authorities is { } bytes)
        {
            var before = authorities.Count;
            authorities.ImportFromPem(Encoding.UTF8.GetString(bytes));
            if (authorities.Count == before)
            {
                throw new CryptographicException("it holds no certificate");
            }
        }

        if (options.TrustsSystemAuthorities)
        {
            foreach (var location in new[] { StoreLocation.LocalMachine, StoreLocation.CurrentUser })
            {
                using var store = new X509Store(StoreName.Root, location, OpenFlags.ReadOnly);
                authorities.AddRange(store.Certificates);
            }
        }

        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
