using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Micro.Testing;

namespace Micro.Tests.Tls;

/// <summary>TLS and mutual TLS for all that one port speaks.</summary>
public sealed class CallTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("mucp", false, false)]
    [InlineData("mucp", true, false)]
    [InlineData("grpc", false, false)]
    [InlineData("mucp", false, true)]
    [InlineData("mucp", true, true)]
    [InlineData("grpc", false, true)]
    public async Task Call_Tls_UnaryAndStream_Succeed_S20(string protocol, bool shares, bool isMutual)
    {
        await using var fixture = await TlsFixture.StartAsync(tls =>
        {
            tls.Certificate = _authority.Issue();
            if (isMutual)
            {
                tls.TrustedAuthorities.Add(_authority.Certificate);
            }
        });
        var client = fixture.Connect(
            tls =>
            {
                tls.TrustedAuthorities.Add(_authority.Certificate);
                tls.Certificate = isMutual ? _authority.Issue("client") : null;
            },
            protocol,
            shares);

        for (var i = 0; i < 5; i++)
        {
            await TlsFixture.SayAsync(client, new string('x', 1 + (i * 40_000)));
        }

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => TlsFixture.SayAsync(client, $"call {i}")));
        await TlsFixture.StreamAsync(client);
    }

    [Fact]
    public async Task Call_ExclusiveConnection_IsUsedAgain()
    {
        await using var fixture = await TlsFixture.StartAsync(tls => tls.Certificate = _authority.Issue());
        var client = fixture.Connect(tls => tls.TrustedAuthorities.Add(_authority.Certificate));

        for (var i = 0; i < 10; i++)
        {
            await TlsFixture.SayAsync(client);
        }

        ((Server.RpcServer)fixture.Server).Connections.Should().Be(1);
        ((Micro.Client.RpcClient)client).IdleConnections.Should().Be(1);
    }

    [Fact]
    public async Task Call_UnaskedReplyOnIdleConnection_IsNotTakenForTheNext()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        using var certificate = _authority.Issue();
        var served = 0;

        // As long as the client's read buffers: its reader is content with it and leaves the next record to TLS.
        const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8119\r\n\r\n";
        var reply = Encoding.ASCII.GetBytes(Head + "{\"Text\":\"good\"}".PadRight(8119));
        reply.Should().HaveCount(2 * 4096);
        var serving = Task.Run(async () =>
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var held = new HeldStream(client.GetStream());
                await using var stream = new SslStream(held);
                await stream.AuthenticateAsServerAsync(certificate);
                _ = await stream.ReadAsync(new byte[4096]);
                served++;

                // A record with the reply and one with another that nobody asked for, in one segment: the client's TLS has
                // both when it gives out the first, and its socket is empty.
                held.Holds = true;
                await stream.WriteAsync(reply);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"Text\":\"bad\"}"u8.ToArray());
                await held.ReleaseAsync();
                _ = await stream.ReadAsync(new byte[4096]);
            }
        });
        await using var fixture = await TlsFixture.StartAsync(null);
        var address = listener.LocalEndpoint.ToString()!;
        var client = fixture.Connect(address, tls => tls.TrustedAuthorities.Add(_authority.Certificate), "mucp");

        for (var i = 0; i < 5; i++)
        {
            (await client.CallAsync<TlsFixture.Note, TlsFixture.Note>("echo", "Echo.Say", new())).Text.Should().Be("good");
        }

        served.Should().Be(5);
        serving.IsFaulted.Should().BeFalse(serving.Exception?.ToString());
    }

    [Fact]
    public async Task Call_ServerNameOption_IsWhatIsVerifiedAndAskedFor()
    {
        string? asked = null;
        using var certificate = _authority.Issue("echo.test");
        await using var fixture = await TlsFixture.StartAsync(tls => tls.CertificateSelector = name =>
        {
            asked = name;
            return certificate;
        });
        var client = fixture.Connect(tls =>
        {
            tls.TrustedAuthorities.Add(_authority.Certificate);
            tls.ServerName = "echo.test";
        });

        await TlsFixture.SayAsync(client);

        asked.Should().Be("echo.test");
    }

    [Fact]
    public async Task Call_VerificationSkipped_IsServedAndLogged_S20()
    {
        using var log = new CapturingLoggerFactory();
        await using var fixture = await TlsFixture.StartAsync(tls => tls.Certificate = TestAuthority.SelfSigned("elsewhere"));
        var client = fixture.Connect(tls => tls.SkipVerification = true, log: log);

        await TlsFixture.SayAsync(client);

        log.Entries.Should().Contain(entry => entry.Id.Id == 1225 && entry.Level == Microsoft.Extensions.Logging.LogLevel.Warning);
    }

    [Fact]
    public async Task Record_TlsServer_SaysSo_AndClientWithoutTlsDoesNotEvenConnect()
    {
        await using var fixture = await TlsFixture.StartAsync(tls => tls.Certificate = _authority.Issue());
        await using var client = MicroClient.Create(options =>
        {
            options.Retries = 0;
            options.Selector = new FixedSelector(fixture.Address) { Nodes = fixture.Server.Record!.Nodes };
        });

        fixture.Server.Record!.Nodes[0].Metadata.Should().Contain("tls", "1");
        (await TlsFixture.RefusedAsync(client)).Should().Contain(":").And.EndWith("the node requires TLS: set the client's TLS options (--client_tls)");
        ((Server.RpcServer)fixture.Server).Connections.Should().Be(0);
    }

    [Theory]
    [InlineData("h2", "h2")]
    [InlineData("h2,http/1.1", "h2")]
    [InlineData("http/1.1", "http/1.1")]
    [InlineData("", "")]
    public async Task Handshake_Alpn_DecidesTheProtocol(string offered, string agreed)
    {
        await using var fixture = await TlsFixture.StartAsync(tls => tls.Certificate = _authority.Issue());

        await using var stream = await HandshakeAsync(fixture.Address, offered);

        stream.NegotiatedApplicationProtocol.ToString().Should().Be(agreed);
        await stream.WriteAsync(agreed == "h2"
            ? "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray()
            : "GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var answer = new byte[9];
        await stream.ReadExactlyAsync(answer);
        if (agreed == "h2")
        {
            answer[3].Should().Be(4, "a server begins HTTP/2 with SETTINGS");
        }
        else
        {
            answer.Should().StartWith("HTTP/1.1 "u8.ToArray());
        }
    }

    [Fact]
    public async Task Handshake_UnknownAlpn_IsRefusedAndLogged()
    {
        await using var fixture = await TlsFixture.StartAsync(tls => tls.Certificate = _authority.Issue());

        await FluentActions.Awaiting(() => HandshakeAsync(fixture.Address, "spdy/3")).Should().ThrowAsync<System.Security.Authentication.AuthenticationException>();

        await fixture.LoggedAsync("it requested protocols (ALPN) that this port does not speak");
    }

    private static async Task<SslStream> HandshakeAsync(string address, string protocols)
    {
        var client = new TcpClient();
        await client.ConnectAsync(System.Net.IPEndPoint.Parse(address));
        var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            ApplicationProtocols = protocols.Length == 0 ? null : [.. protocols.Split(',').Select(static name => new SslApplicationProtocol(name))],
#pragma warning disable CA5359 // What the server shows is looked at by the test itself.
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        return stream;
    }
}
