using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Micro.Transport;

namespace Micro.Tests.Tls;

/// <summary>Weak TLS is refused, and the error says why and what helps (S20).</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly TestAuthority _authority = new("authority");
    private readonly TestAuthority _stranger = new("stranger");

    public void Dispose()
    {
        _authority.Dispose();
        _stranger.Dispose();
    }

    [Theory]
    [InlineData("wrong host", "its certificate is for 'other.test', not for '127.0.0.1': call it by one of these names, or set the expected name (--client_tls_server_name)")]
    [InlineData("expired", "its certificate 'CN=127.0.0.1' expired on 2001-01-01 00:00:00Z: renew it")]
    [InlineData("unknown authority", "its certificate 'CN=127.0.0.1' was issued by the unknown authority 'CN=stranger': trust that authority (--client_tls_ca), or use a certificate from a trusted one")]
    [InlineData("self-signed", "its certificate 'CN=127.0.0.1' is self-signed and not trusted: use one from a trusted authority, or trust this one (--client_tls_ca)")]
    [InlineData("no client certificate", "this server requires a client certificate: set one (--client_tls_cert)")]
    public async Task Call_WeakServer_IsRefused_S20(string what, string cause)
    {
        await using var fixture = await TlsFixture.StartAsync(tls =>
        {
            tls.Certificate = what switch
            {
                "wrong host" => _authority.Issue("other.test"),
                "expired" => _authority.IssueExpired(),
                "unknown authority" => _stranger.Issue(),
                "self-signed" => TestAuthority.SelfSigned(),
                _ => _authority.Issue(),
            };
            if (what == "no client certificate")
            {
                tls.TrustedAuthorities.Add(_authority.Certificate);
            }
        });

        foreach (var (protocol, shares) in new[] { ("mucp", false), ("mucp", true), ("grpc", false) })
        {
            var text = await TlsFixture.RefusedAsync(fixture.Connect(tls => tls.TrustedAuthorities.Add(_authority.Certificate), protocol, shares));

            text.Should().Be($"connection error: {fixture.Address}: {cause}");
        }
    }

    [Theory]
    [InlineData("unknown authority", "refuses the client's certificate: its certificate 'CN=client' was issued by the unknown authority 'CN=stranger'")]
    [InlineData("expired", "refuses the client's certificate: its certificate 'CN=client' expired on 2001-01-01 00:00:00Z: renew it")]
    [InlineData("self-signed", "refuses the client's certificate: its certificate 'CN=client' is self-signed and not trusted")]
    [InlineData("not accepted", "this server does not accept the client 'CN=client'")]
    public async Task Call_WeakClient_IsRefusedAndLogged_S20(string what, string cause)
    {
        await using var fixture = await TlsFixture.StartAsync(tls =>
        {
            tls.Certificate = _authority.Issue();
            tls.TrustedAuthorities.Add(_authority.Certificate);
            tls.ClientCertificateValidation = _ => what != "not accepted";
        });
        using var certificate = what switch
        {
            "unknown authority" => _stranger.Issue("client"),
            "expired" => _authority.IssueExpired("client"),
            "self-signed" => TestAuthority.SelfSigned("client"),
            _ => _authority.Issue("client"),
        };
        void Trust(ClientTlsOptions tls)
        {
            tls.TrustedAuthorities.Add(_authority.Certificate);
            tls.Certificate = certificate;
        }

        foreach (var protocol in new[] { "mucp", "grpc" })
        {
            (await TlsFixture.RefusedAsync(fixture.Connect(Trust, protocol))).Should().StartWith($"connection error: {fixture.Address}: ").And.Contain(cause);
        }

        var opened = await FluentActions.Awaiting(() => TlsFixture.StreamAsync(fixture.Connect(Trust))).Should().ThrowAsync<MicroException>();
        opened.Which.Kind.Should().BeOneOf(ErrorKind.Connect, ErrorKind.NotSent);
        await fixture.LoggedAsync(cause);
    }

    [Fact]
    public async Task Call_CertificateOnlyRequested_IsServedWithoutAndRefusedWithAWrongOne()
    {
        await using var fixture = await TlsFixture.StartAsync(tls =>
        {
            tls.Certificate = _authority.Issue();
            tls.TrustedAuthorities.Add(_authority.Certificate);
            tls.ClientCertificate = ClientCertificateRequirement.Request;
        });

        await TlsFixture.SayAsync(fixture.Connect(tls => tls.TrustedAuthorities.Add(_authority.Certificate)));
        await TlsFixture.RefusedAsync(fixture.Connect(tls =>
        {
            tls.TrustedAuthorities.Add(_authority.Certificate);
            tls.Certificate = _stranger.Issue("client");
        }));
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_ServerOfTls11_IsRefused_S20(string protocol)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var certificate = _authority.Issue();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var stream = new SslStream(client.GetStream());
#pragma warning disable SYSLIB0039, CA5397 // the old protocol is what must be refused
            await stream.AuthenticateAsServerAsync(certificate, false, SslProtocols.Tls11, false);
#pragma warning restore SYSLIB0039, CA5397
        });
        await using var fixture = await TlsFixture.StartAsync(null);
        var address = listener.LocalEndpoint.ToString()!;

        var text = await TlsFixture.RefusedAsync(fixture.Connect(address, tls => tls.TrustedAuthorities.Add(_authority.Certificate), protocol));

        text.Should().StartWith($"connection error: {address}: it ").And.Contain("TLS 1.2");
        await FluentActions.Awaiting(() => serving).Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task Handshake_ClientOfTls11_IsRefusedAndLogged_S20()
    {
        await using var fixture = await TlsFixture.StartAsync(tls => tls.Certificate = _authority.Issue());
        using var socket = await RawSocket.ConnectAsync(fixture.Address);

        // A ClientHello of TLS 1.1 with one cipher suite, RFC 4346, section 7.4.1.2.
        await socket.SendAsync([0x16, 3, 2, 0, 45, 1, 0, 0, 41, 3, 2, .. new byte[32], 0, 0, 2, 0, 0x2f, 1, 0]);

        (await socket.ReadToEndAsync()).Should().StartWith(new byte[] { 0x15 }, "a TLS alert is the answer");
        await fixture.LoggedAsync("it does not support TLS 1.2 or later");
    }

    [Fact]
    public async Task Call_PlaintextToTlsPort_SaysSo()
    {
        await using var fixture = await TlsFixture.StartAsync(tls => tls.Certificate = _authority.Issue());

        foreach (var protocol in new[] { "mucp", "grpc" })
        {
            (await TlsFixture.RefusedAsync(fixture.Connect(null, protocol)))
                .Should().Be($"connection error: {fixture.Address}: this port speaks TLS: call it with TLS (--client_tls), or with https");
        }

        await fixture.LoggedAsync("it does not speak TLS, which this port requires");

        // As Go and curl see it.
        using var socket = await RawSocket.ConnectAsync(fixture.Address);
        await socket.SendRequestAsync("Echo.Say", "{}");
        var answer = (await socket.ReadAsync())!;
        answer.StartLine.Should().Be("HTTP/1.1 400 Bad Request");
        (await socket.ReadAsync()).Should().BeNull("the connection ends");
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_TlsToPlaintextPort_SaysSo(string protocol)
    {
        await using var fixture = await TlsFixture.StartAsync(tls: null);

        (await TlsFixture.RefusedAsync(fixture.Connect(tls => tls.TrustedAuthorities.Add(_authority.Certificate), protocol)))
            .Should().Be($"connection error: {fixture.Address}: it does not speak TLS: remove the client's TLS options (--client_tls), or give the server a certificate");
        await fixture.LoggedAsync("it speaks TLS, and this port does not: give the server a certificate (--server_tls_cert)");
    }

    [Theory]
    [InlineData("")]
    [InlineData("half a hello")]
    public async Task Handshake_TooSlow_IsCut_S14(string sent)
    {
        await using var fixture = await TlsFixture.StartAsync(tls =>
        {
            tls.Certificate = _authority.Issue();
            tls.HandshakeTimeout = TimeSpan.FromMilliseconds(200);
        });
        using var socket = await RawSocket.ConnectAsync(fixture.Address);
        if (sent.Length > 0)
        {
            await socket.SendAsync([0x16, 3, 1, 0, 200, 1]);
        }

        (await socket.ReadAsync()).Should().BeNull();
        await fixture.LoggedAsync("it did not complete the handshake within 0.2 s");
        await TlsFixture.SayAsync(fixture.Connect(tls => tls.TrustedAuthorities.Add(_authority.Certificate)));
    }

    [Fact]
    public async Task Call_ServerThatNeverAnswersTheHandshake_EndsWithTheDialTimeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var fixture = await TlsFixture.StartAsync(null);
        var client = fixture.Connect(listener.LocalEndpoint.ToString()!, static _ => { }, "mucp");

        var call = () => TlsFixture.SayAsync(client, options: new() { DialTimeout = TimeSpan.FromMilliseconds(200) });

        var error = (await call.Should().ThrowAsync<MicroException>()).Which;
        error.Kind.Should().Be(ErrorKind.Connect);
        error.Detail.Should().Contain("did not accept and complete the TLS handshake within the dial timeout of 0.2 s");
    }

    [Fact]
    public async Task Stop_HandshakesPending_DoesNotWaitForThem()
    {
        var fixture = await TlsFixture.StartAsync(tls => tls.Certificate = _authority.Issue(), options => options.ShutdownTimeout = TimeSpan.FromMinutes(5));
        using var socket = await RawSocket.ConnectAsync(fixture.Address);
        await TlsFixture.SayAsync(fixture.Connect(tls => tls.TrustedAuthorities.Add(_authority.Certificate)));

        await fixture.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(8));

        (await socket.ReadAsync()).Should().BeNull();
    }
}
