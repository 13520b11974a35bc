using System.Security.Cryptography.X509Certificates;

namespace Micro.TestTools;

/// <summary>Certificate files in a directory of their own; gone with it.</summary>
public sealed class CertificateDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("micro-tls-");

    public string Path => _directory.FullName;

    public string CertificatePath => At("tls.crt");

    public string KeyPath => At("tls.key");

    public string At(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes certificate and key, each replaced as a whole.</summary>
    public void Write(X509Certificate2 certificate)
    {
        Replace(CertificatePath, certificate.ExportCertificatePem());
        Replace(KeyPath, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public string WriteAuthority(X509Certificate2 authority, string name = "ca.crt")
    {
        Replace(At(name), authority.ExportCertificatePem());
        return At(name);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static void Replace(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
