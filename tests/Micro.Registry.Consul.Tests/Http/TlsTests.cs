using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul.Tests.Http;

/// <summary>TLS is verified unless switched off by name.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("micro-tls-");
    private readonly X509Certificate2 _authority = CreateAuthority("authority");

    public static TheoryData<string> BadServers => ["unknown authority", "self-signed", "expired", "wrong host", "no client certificate", "old protocol"];

    [Theory]
    [MemberData(nameof(BadServers))]
    public async Task GetService_ServerIsNotTheRightOne_Refused_S20(string what)
    {
        using var stranger = CreateAuthority("stranger");
        using var certificate = what switch
        {
            "unknown authority" => Issue(stranger, "localhost"),
            "self-signed" => CreateAuthority("localhost"),
            "expired" => Issue(_authority, "localhost", expired: true),
            "wrong host" => Issue(_authority, "other.example"),
            _ => Issue(_authority, "localhost"),
        };
        await using var server = await StartAsync(certificate, what == "no client certificate", what == "old protocol");
        await using var registry = Create(server);

        await FluentActions.Awaiting(() => registry.ListServicesAsync()).Should().ThrowAsync<RegistryUnavailableException>();
    }

    [Fact]
    public async Task GetService_RightCertificates_Work_S20()
    {
        using var certificate = Issue(_authority, "localhost");
        using var client = Issue(_authority, "client");
        await using var server = await StartAsync(certificate, demandsClient: true, isOld: false);
        await using var registry = Create(server, options =>
        {
            options.Tls.ClientCertificateFile = Save("client.pem", client.ExportCertificatePem());
            options.Tls.ClientKeyFile = Save("client.key", client.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        });

        (await registry.ListServicesAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task GetService_VerificationSwitchedOff_WorksAndWarns_S20()
    {
        using var certificate = CreateAuthority("whoever");
        var log = new Micro.Testing.CapturingLoggerFactory();
        await using var server = await StartAsync(certificate, demandsClient: false, isOld: false);
        await using var registry = Create(server, options => options.Tls.SkipVerification = true, log);

        (await registry.ListServicesAsync()).Should().ContainSingle();
        log.Entries.Should().Contain(entry => entry.Id.Id == 4000);
    }

    [Fact]
    public async Task GetService_ServerNameGiven_IsTheOneVerified_S20()
    {
        using var certificate = Issue(_authority, "server.dc1.consul");
        await using var server = await StartAsync(certificate, demandsClient: false, isOld: false);
        await using var registry = Create(server, options => options.Tls.ServerName = "server.dc1.consul");

        (await registry.ListServicesAsync()).Should().ContainSingle();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    private IRegistry Create(WebApplication server, Action<ConsulRegistryOptions>? configure = null, ILoggerFactory? log = null) => ConsulRegistry.Create(
        options =>
        {
            options.Environment = new Dictionary<string, string?>();
            options.Addresses.Add($"https://localhost:{new Uri(server.Urls.First()).Port}");
            options.Tls.CaFile = Save("ca.pem", _authority.ExportCertificatePem());
            configure?.Invoke(options);
        },
        log);

    private string Save(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<WebApplication> StartAsync(X509Certificate2 certificate, bool demandsClient, bool isOld)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = certificate;
            https.ClientCertificateMode = demandsClient ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
            https.AllowAnyClientCertificate();
#pragma warning disable CA5397, SYSLIB0039 // That this is refused is what the test shows.
            https.SslProtocols = isOld ? SslProtocols.Tls11 : SslProtocols.None;
#pragma warning restore CA5397, SYSLIB0039
        })));
        var application = builder.Build();
        application.Run(context => context.Response.WriteAsync("""{"consul":[]}"""));
        await application.StartAsync();
        return application;
    }

    private static X509Certificate2 CreateAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(Names(name));
        var now = TimeProvider.System.GetUtcNow();
        return Loaded(request.CreateSelfSigned(now.AddDays(-10), now.AddDays(10)));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name, bool expired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(Names(name));
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(authority, now.AddDays(-5), expired ? now.AddDays(-1) : now.AddDays(5), RandomNumberGenerator.GetBytes(8));
        return Loaded(issued.CopyWithPrivateKey(key));
    }

    private static X509Extension Names(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        return names.Build();
    }

    /// <summary>The key in the form that servers can use on every system.</summary>
    private static X509Certificate2 Loaded(X509Certificate2 certificate)
    {
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        }
    }
}
