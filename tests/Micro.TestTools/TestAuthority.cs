using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Micro.TestTools;

/// <summary>An authority that issues certificates for tests. Names that are addresses become addresses.</summary>
public sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _serial;

    /// <param name="name">Its name.</param>
    /// <param name="issuer">The authority above it; a root has none.</param>
    public TestAuthority(string name = "test authority", TestAuthority? issuer = null)
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Certificate = issuer is null
            ? request.CreateSelfSigned(Begin, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero))
            : request.Create(issuer.Certificate, Begin, End, [2, (byte)++issuer._serial]).CopyWithPrivateKey(_key);
    }

    public X509Certificate2 Certificate { get; }

    public X509Certificate2 Issue(string name = "127.0.0.1", DateTimeOffset? end = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(key, name).Create(Certificate, Begin, end ?? End, [1, (byte)(++_serial >> 8), (byte)_serial]);
        return certificate.CopyWithPrivateKey(key);
    }

    public X509Certificate2 IssueExpired(string name = "127.0.0.1") => Issue(name, new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public static X509Certificate2 SelfSigned(string name = "127.0.0.1")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Request(key, name).CreateSelfSigned(Begin, End);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest Request(ECDsa key, string name)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
