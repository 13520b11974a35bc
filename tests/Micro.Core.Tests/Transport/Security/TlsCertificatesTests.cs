using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Security;

/// <summary>Tests that certificates follow their files, and that invalid ones fail the start (R-REG-7, S21).</summary>
public sealed class TlsCertificatesTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly CapturingLoggerFactory _log = new();
    private readonly TestAuthority _authority = new();
    private readonly CertificateDirectory _files = new();

    public void Dispose()
    {
        _log.Dispose();
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Load_PemWithChain_SendsTheChain()
    {
        using var middle = new TestAuthority("middle", _authority);
        using var certificate = middle.Issue();
        File.WriteAllText(_files.CertificatePath, certificate.ExportCertificatePem() + "\n" + middle.Certificate.ExportCertificatePem());
        File.WriteAllText(_files.KeyPath, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        using var certificates = Load();

        var context = certificates.Current.Certificate!;
        context.TargetCertificate.SerialNumber.Should().Be(certificate.SerialNumber);
        context.TargetCertificate.HasPrivateKey.Should().BeTrue();
        context.IntermediateCertificates.Select(static one => one.Subject).Should().Equal("CN=middle");
    }

    [Fact]
    public void Load_KeyInTheSameFile_IsFound()
    {
        using var certificate = _authority.Issue();
        File.WriteAllText(_files.CertificatePath, certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        using var certificates = Load(static options => options.KeyFile = null);

        certificates.Current.Certificate!.TargetCertificate.HasPrivateKey.Should().BeTrue();
    }

    [Fact]
    public void Load_EncryptedKeyAndPkcs12_NeedThePassword_S23()
    {
        using var certificate = _authority.Issue();
        File.WriteAllText(_files.CertificatePath, certificate.ExportCertificatePem());
        File.WriteAllText(_files.KeyPath, certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem("canary", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
        Load(static options => options.KeyPassword = "canary").Dispose();
        ErrorOf(static options => options.KeyPassword = "canary-2").Should().Contain(_files.CertificatePath).And.NotContain("canary");
        ErrorOf(static _ => { }).Should().Contain("cannot be used");

        File.WriteAllBytes(_files.CertificatePath, certificate.Export(X509ContentType.Pkcs12, "canary"));
        Load(static options =>
        {
            options.KeyFile = null;
            options.KeyPassword = "canary";
        }).Dispose();
        ErrorOf(static options =>
        {
            options.KeyFile = null;
            options.KeyPassword = "canary-2";
        }).Should().Contain("it must be PEM or PKCS #12").And.NotContain("canary");
    }

    [Fact]
    public void Validate_EverythingWrong_NamesAllAtOnce()
    {
        using var one = _authority.Issue();
        using var other = _authority.Issue();
        _files.Write(one);
        File.WriteAllText(_files.CertificatePath, other.ExportCertificatePem());
        var options = new ServerTlsOptions
        {
            CertificateFile = _files.CertificatePath,
            KeyFile = _files.KeyPath,
            CaFile = _files.At("missing.crt"),
            HandshakeTimeout = TimeSpan.Zero,
            ReloadInterval = TimeSpan.Zero,
        };
        var errors = new List<string>();

        options.Validate("server", errors);

        errors.Should().HaveCount(4);
        errors.Should().ContainSingle(error => error.StartsWith($"server TLS authorities file '{options.CaFile}': does not exist, correct the path", StringComparison.Ordinal));
        errors.Should().ContainSingle(error => error.StartsWith($"server TLS certificate file '{options.CertificateFile}': cannot be used, it must be PEM or PKCS #12 and its key must belong to it: ", StringComparison.Ordinal));
        errors.Should().Contain(static error => error.Contains("handshake timeout", StringComparison.Ordinal)).And.Contain(static error => error.Contains("reload interval", StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_WrongCombinations_AreNamed()
    {
        using var bare = X509CertificateLoader.LoadCertificate(_authority.Certificate.RawData);
        Errors(new ServerTlsOptions()).Should().ContainSingle().Which.Should().Contain("there is no certificate: set CertificateFile (--server_tls_cert)");
        Errors(new ClientTlsOptions { KeyFile = "/x" }).Should().Contain(static error => error.Contains("'/x': there is no certificate file", StringComparison.Ordinal));
        Errors(new ClientTlsOptions { Certificate = bare }).Should().ContainSingle().Which.Should().EndWith("has no private key");
        Errors(new ClientTlsOptions { Certificate = _authority.Issue(), CertificateSelector = static _ => null }).Should().ContainSingle().Which.Should().Contain("exclude each other");
        Errors(new ClientTlsOptions { ServerName = "a b" }).Should().ContainSingle().Which.Should().Contain("'a b': must be a host name");
        File.WriteAllText(_files.CertificatePath, "");
        Errors(new ClientTlsOptions { CaFile = _files.CertificatePath }).Should().ContainSingle().Which.Should().Contain("holds 0 bytes, must be 1 to 1048576");
        File.WriteAllText(_files.CertificatePath, "# empty");
        Errors(new ClientTlsOptions { CaFile = _files.CertificatePath }).Should().ContainSingle().Which.Should().Contain("it must be PEM certificates: it holds no certificate");
    }

    [Fact]
    public void Tick_FilesChanged_TheNewOneIsUsed_S21()
    {
        _files.Write(_authority.Issue());
        using var certificates = Load();
        var before = certificates.Current;
        _time.Advance(TimeSpan.FromSeconds(5));
        certificates.Current.Should().BeSameAs(before, "nothing changed");

        using var next = _authority.Issue();
        _files.Write(next);
        _time.Advance(TimeSpan.FromSeconds(5));

        certificates.Current.Certificate!.TargetCertificate.SerialNumber.Should().Be(next.SerialNumber);
        Logged(1220).Should().Be(1);
    }

    [Fact]
    public void Tick_DirectoryLinkTurned_IsSeen_S21()
    {
        // How Kubernetes replaces the files of a secret.
        using var next = _authority.Issue();
        Directory.CreateDirectory(_files.At("one"));
        Directory.CreateDirectory(_files.At("two"));
        WriteInto("one", _authority.Issue());
        WriteInto("two", next);
        Directory.CreateSymbolicLink(_files.At("data"), "one");
        using var certificates = Load(options =>
        {
            options.CertificateFile = _files.At("data/tls.crt");
            options.KeyFile = _files.At("data/tls.key");
        });

        Directory.CreateSymbolicLink(_files.At("data.new"), "two");
        Directory.Delete(_files.At("data"));
        Directory.Move(_files.At("data.new"), _files.At("data"));
        _time.Advance(TimeSpan.FromSeconds(5));

        certificates.Current.Certificate!.TargetCertificate.SerialNumber.Should().Be(next.SerialNumber);
    }

    [Fact]
    public void Tick_BrokenOrHalfReplaced_KeepsTheOldAndLogsOnce_S21()
    {
        _files.Write(_authority.Issue());
        using var certificates = Load();
        var before = certificates.Current;
        using var next = _authority.Issue();

        // The certificate is there, its key not yet.
        File.WriteAllText(_files.CertificatePath, next.ExportCertificatePem());
        _time.Advance(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));

        certificates.Current.Should().BeSameAs(before);
        Logged(1221).Should().Be(1);

        File.Delete(_files.KeyPath);
        _time.Advance(TimeSpan.FromSeconds(5));
        certificates.Current.Should().BeSameAs(before);
        Logged(1221).Should().Be(2);

        _files.Write(next);
        _time.Advance(TimeSpan.FromSeconds(5));
        certificates.Current.Certificate!.TargetCertificate.SerialNumber.Should().Be(next.SerialNumber);
    }

    [Fact]
    public void Tick_CertificateNearItsEnd_WarnsOnceADay()
    {
        _files.Write(_authority.Issue(end: _time.GetUtcNow().AddDays(15)));
        using var certificates = Load();
        Logged(1223).Should().Be(0);

        Pass(days: 2);
        Logged(1223).Should().Be(1);
        Pass(days: 3);
        Logged(1223).Should().Be(4);
        Pass(days: 11);

        Logged(1224).Should().BeGreaterThan(0);
        _log.Entries.Should().Contain(static entry => entry.Id.Id == 1224 && entry.Level == LogLevel.Error);
    }

    [Fact]
    public void Dispose_StopsLooking()
    {
        _files.Write(_authority.Issue());
        var certificates = Load();
        var before = certificates.Current;

        certificates.Dispose();
        _files.Write(_authority.Issue());
        _time.Advance(TimeSpan.FromMinutes(1));

        certificates.Current.Should().BeSameAs(before);
    }

    private static List<string> Errors(TlsOptions options)
    {
        var errors = new List<string>();
        options.Validate("x", errors);
        return errors;
    }

    private void WriteInto(string directory, X509Certificate2 certificate)
    {
        File.WriteAllText(_files.At($"{directory}/tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(_files.At($"{directory}/tls.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private void Pass(int days)
    {
        for (var hour = 0; hour < days * 24; hour += 6)
        {
            _time.Advance(TimeSpan.FromHours(6));
        }
    }

    private int Logged(int id) => _log.Entries.Count(entry => entry.Id.Id == id);

    private string ErrorOf(Action<ServerTlsOptions> configure) => FluentActions.Invoking(() => Load(configure)).Should().Throw<ArgumentException>().Which.Message;

    private TlsCertificates Load(Action<ServerTlsOptions>? configure = null)
    {
        var options = new ServerTlsOptions { CertificateFile = _files.CertificatePath, KeyFile = _files.KeyPath };
        configure?.Invoke(options);
        return new TlsCertificates("server", options, _time, _log.CreateLogger("test"));
    }
}
