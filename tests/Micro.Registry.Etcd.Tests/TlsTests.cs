using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Micro.Registry.Etcd.Tests.Cluster;
using Microsoft.Extensions.Options;

namespace Micro.Registry.Etcd.Tests;

/// <summary>TLS and client certificates against a real etcd (S20).</summary>
[Collection("etcd")]
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("micro-tls-").FullName;

    public TlsTests()
    {
        using var authority = Issue("ca", null);
        using var server = Issue("server", authority);
        using var expired = Issue("expired", authority, new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var client = Issue("client", authority);
        using var stranger = Issue("stranger", null);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SkippableFact]
    public async Task MutualTls_AllCertificatesFit_Works_S20()
    {
        await using var server = await StartAsync();
        await using var registry = Create(server, PathOf("ca.pem"), "client");
        var record = Some.Record(Some.NewName(), "n");

        await registry.RegisterAsync(record, Some.Ttl(30));

        (await Some.IdsAsync(registry, record.Name)).Should().Equal("n");
    }

    [SkippableTheory]
    [InlineData("stranger.pem", "client")]
    [InlineData(null, "client")]
    [InlineData("ca.pem", null)]
    [InlineData("ca.pem", "stranger")]
    public async Task Tls_CertificateDoesNotFit_Unavailable_S20(string? authority, string? client)
    {
        await using var server = await StartAsync();
        await using var registry = Create(server, authority is null ? null : PathOf(authority), client);

        await FluentActions.Awaiting(() => registry.GetServiceAsync("x")).Should().ThrowAsync<RegistryUnavailableException>();
    }

    [SkippableFact]
    public async Task Tls_ServerNameOfItsCertificate_Works_S20()
    {
        await using var server = await StartAsync();
        await using var registry = Create(server, PathOf("ca.pem"), "client", serverName: "etcd.internal");

        await FluentActions.Awaiting(() => registry.GetServiceAsync(Some.NewName())).Should().ThrowAsync<ServiceNotFoundException>();
    }

    [SkippableFact]
    public async Task Tls_ServerIsForAnotherName_Unavailable_S20()
    {
        await using var server = await StartAsync();
        await using var registry = Create(server, PathOf("ca.pem"), "client", serverName: "etcd.elsewhere");

        await FluentActions.Awaiting(() => registry.GetServiceAsync("x")).Should().ThrowAsync<RegistryUnavailableException>();
    }

    [SkippableFact]
    public async Task Tls_ServerCertificateExpired_Unavailable_S20()
    {
        await using var server = await StartAsync("expired");
        await using var registry = Create(server, PathOf("ca.pem"), "client");

        await FluentActions.Awaiting(() => registry.GetServiceAsync("x")).Should().ThrowAsync<RegistryUnavailableException>();
    }

    [Fact]
    public void Tls_FileIsMissing_OptionsErrorNamesIt() =>
        FluentActions.Invoking(() => EtcdRegistry.Create(options => options.Tls.CaFile = PathOf("nosuch.pem")))
            .Should().Throw<OptionsValidationException>().WithMessage("*nosuch.pem*");

    private static IRegistry Create(EtcdServer server, string? authority, string? client, string? serverName = null) =>
        EtcdRegistry.Create(options =>
        {
            options.Addresses.Add(server.Address);
            options.Tls.CaFile = authority;
            options.Tls.ServerName = serverName;
            if (client is not null)
            {
                var folder = Path.GetDirectoryName(server.Certificate)!;
                options.Tls.ClientCertificateFile = Path.Combine(folder, client + ".pem");
                options.Tls.ClientKeyFile = Path.Combine(folder, client + ".key");
            }
        });

    private string PathOf(string name) => Path.Combine(_folder, name);

    private async Task<EtcdServer> StartAsync(string certificate = "server")
    {
        Skip.If(EtcdBinary.SkipReason is not null, EtcdBinary.SkipReason);
        var server = new EtcdServer(
            "--cert-file", PathOf(certificate + ".pem"), "--key-file", PathOf(certificate + ".key"), "--trusted-ca-file", PathOf("ca.pem"), "--client-cert-auth")
        {
            Certificate = PathOf("client.pem"),
            Key = PathOf("client.key"),
            Authority = PathOf("ca.pem"),
        };
        await server.StartAsync();
        return server;
    }

    /// <summary>Writes a certificate and its key as PEM files; self-signed authorities without an issuer.</summary>
    private X509Certificate2 Issue(string name, X509Certificate2? issuer, DateTimeOffset? until = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("etcd.internal");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        var (from, to) = (new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), until ?? new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var plain = issuer is null ? null : request.Create(issuer, from, to.AddDays(-1), [7, (byte)name.Length, 1]);
        var certificate = plain is null ? request.CreateSelfSigned(from, to) : plain.CopyWithPrivateKey(key);
        File.WriteAllText(PathOf(name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf(name + ".key"), key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }
}
