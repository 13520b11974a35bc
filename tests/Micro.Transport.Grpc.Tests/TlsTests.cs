using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Micro.Transport.Grpc.Tests;

/// <summary>Weak TLS is refused (S20).</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new("authority");
    private readonly TestAuthority _stranger = new("stranger");

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Call_TrustedServer_Succeeds_S20()
    {
        await using var server = await StartAsync(_authority.Issue());
        await using var channel = server.Connect(options => options.Tls.TrustedAuthorities.Add(_authority.Certificate));

        (await channel.CallAsync(RawServer.Method, new() { Value = "x" })).Value.Should().Be("good");
    }

    [Fact]
    public async Task Call_MutualTls_Succeeds_S20()
    {
        await using var server = await StartAsync(_authority.Issue(), asksForClient: true);
        await using var channel = server.Connect(options =>
        {
            options.Tls.TrustedAuthorities.Add(_authority.Certificate);
            options.Tls.ClientCertificate = _authority.Issue("client");
        });

        (await channel.CallAsync(RawServer.Method, new() { Value = "x" })).Value.Should().Be("good");
    }

    [Fact]
    public async Task Call_ServerNameOption_IsWhatIsVerified_S20()
    {
        await using var server = await StartAsync(_authority.Issue("etcd.test"));
        await using var channel = server.Connect(options =>
        {
            options.Tls.TrustedAuthorities.Add(_authority.Certificate);
            options.Tls.ServerName = "etcd.test";
        });

        (await channel.CallAsync(RawServer.Method, new() { Value = "x" })).Value.Should().Be("good");
    }

    [Theory]
    [InlineData("wrong host")]
    [InlineData("expired")]
    [InlineData("unknown authority")]
    [InlineData("self-signed")]
    [InlineData("no client certificate")]
    [InlineData("tls 1.1")]
    public async Task Call_WeakTls_Refused_S20(string what)
    {
#pragma warning disable SYSLIB0039, CA5397 // the old protocol is what must be refused
        await using var server = what switch
        {
            "wrong host" => await StartAsync(_authority.Issue("other.test")),
            "expired" => await StartAsync(_authority.Issue(isExpired: true)),
            "unknown authority" => await StartAsync(_stranger.Issue()),
            "self-signed" => await StartAsync(TestAuthority.SelfSigned()),
            "no client certificate" => await StartAsync(_authority.Issue(), asksForClient: true),
            _ => await StartAsync(_authority.Issue(), protocols: SslProtocols.Tls11),
        };
#pragma warning restore SYSLIB0039, CA5397
        await using var channel = server.Connect(options => options.Tls.TrustedAuthorities.Add(_authority.Certificate));

        var error = await UnaryCallTests.CallErrorAsync(channel, "x");

        error.StatusCode.Should().Be(GrpcStatusCode.Unavailable, error.ToString());
    }

    [Fact]
    public async Task Call_VerificationSkipped_SelfSignedIsAccepted()
    {
        await using var server = await StartAsync(TestAuthority.SelfSigned());
        await using var channel = server.Connect(options => options.Tls.DangerousSkipCertificateVerification = true);

        (await channel.CallAsync(RawServer.Method, new() { Value = "x" })).Value.Should().Be("good");
    }

    private static Task<RawServer> StartAsync(
        X509Certificate2 certificate, bool asksForClient = false, SslProtocols protocols = SslProtocols.None) =>
        RawServer.StartAsync(
            context => RawServer.AnswerAsync(context, RawServer.Frame("good")),
            new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                SslProtocols = protocols,
                ClientCertificateMode = asksForClient ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate,
                ClientCertificateValidation = static (_, _, _) => true,
            });

    private sealed class TestAuthority : IDisposable
    {
        private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public TestAuthority(string name)
        {
            var request = new CertificateRequest("CN=" + name, _key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            Certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        }

        public X509Certificate2 Certificate { get; }

        public X509Certificate2 Issue(string? name = null, bool isExpired = false)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var end = new DateTimeOffset(isExpired ? 2001 : 2099, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var certificate = Request(key, name).Create(Certificate, DateTimeOffset.UnixEpoch, end, [1, 2, 3, 4]);
            return WithKey(certificate, key);
        }

        public static X509Certificate2 SelfSigned()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return Request(key, null).CreateSelfSigned(DateTimeOffset.UnixEpoch, new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        }

        public void Dispose()
        {
            Certificate.Dispose();
            _key.Dispose();
        }

        private static CertificateRequest Request(ECDsa key, string? name)
        {
            var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            if (name is null)
            {
                names.AddIpAddress(IPAddress.Loopback);
            }
            else
            {
                names.AddDnsName(name);
            }

            request.CertificateExtensions.Add(names.Build());
            return request;
        }

        private static X509Certificate2 WithKey(X509Certificate2 certificate, ECDsa key)
        {
            using var joined = certificate.CopyWithPrivateKey(key);
            return X509CertificateLoader.LoadPkcs12(joined.Export(X509ContentType.Pkcs12), null);
        }
    }
}
