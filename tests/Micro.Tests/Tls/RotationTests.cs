using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Micro.Testing;
using Micro.Transport;

namespace Micro.Tests.Tls;

/// <summary>Certificates change while calls run (S21).</summary>
public sealed class RotationTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly CertificateDirectory _server = new();
    private readonly CertificateDirectory _client = new();

    public void Dispose()
    {
        _authority.Dispose();
        _server.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Rotate_UnderLoad_NoCallFails_S21()
    {
        _server.Write(_authority.Issue());
        _client.Write(_authority.Issue("client"));
        await using var fixture = await TlsFixture.StartAsync(FilesOfServer);
        using var end = new CancellationTokenSource();
        var calls = 0;
        var callers = new List<Task>();
        foreach (var (protocol, shares, closes) in new[] { ("mucp", true, false), ("mucp", false, false), ("mucp", false, true), ("grpc", false, false), ("grpc", false, true) })
        {
            var client = fixture.Connect(FilesOfClient, protocol, shares);
            callers.Add(Task.Run(async () =>
            {
                // Some calls keep their connections over the change, others make new ones all the time.
                while (!end.IsCancellationRequested)
                {
                    await TlsFixture.SayAsync(client, options: new() { CloseConnection = closes });
                    Interlocked.Increment(ref calls);
                }
            }));
        }

        for (var i = 0; i < 5; i++)
        {
            using var next = _authority.Issue();
            var before = Volatile.Read(ref calls);
            _server.Write(next);
            _client.Write(_authority.Issue("client"));
            await Eventually.TrueAsync(async () => await SerialOfAsync(fixture.Address) == next.SerialNumber, "the new certificate");
            await Eventually.TrueAsync(() => Volatile.Read(ref calls) > before + 20, "calls");
        }

        await end.CancelAsync();
        await Task.WhenAll(callers);
        calls.Should().BeGreaterThan(100);
        fixture.Log.Entries.Should().Contain(entry => entry.Id.Id == 1220);
    }

    [Fact]
    public async Task Rotate_AuthorityOfClients_NewConnectionsAreJudgedByTheNewOne_S21()
    {
        using var other = new TestAuthority("other");
        _server.Write(_authority.Issue());
        await using var fixture = await TlsFixture.StartAsync(FilesOfServer);
        var client = fixture.Connect(tls =>
        {
            tls.TrustedAuthorities.Add(_authority.Certificate);
            tls.Certificate = other.Issue("client");
        });
        await TlsFixture.RefusedAsync(client);

        _server.WriteAuthority(other.Certificate);

        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await TlsFixture.SayAsync(client);
                    return true;
                }
                catch (MicroException error) when (error.Kind == ErrorKind.Connect)
                {
                    return false;
                }
            },
            "trust in the new authority");
    }

    [Fact]
    public async Task Rotate_BrokenFile_TheOldOneStaysAndTheLogSaysSo_S21()
    {
        using var first = _authority.Issue();
        _server.Write(first);
        await using var fixture = await TlsFixture.StartAsync(tls =>
        {
            FilesOfServer(tls);
            tls.ClientCertificate = ClientCertificateRequirement.None;
        });

        await File.WriteAllTextAsync(_server.CertificatePath, "no certificate");

        await fixture.LoggedAsync($"the previous ones stay in use: server TLS certificate file '{_server.CertificatePath}': cannot be used");
        (await SerialOfAsync(fixture.Address)).Should().Be(first.SerialNumber);

        using var second = _authority.Issue();
        _server.Write(second);
        await Eventually.TrueAsync(async () => await SerialOfAsync(fixture.Address) == second.SerialNumber, "the repaired certificate");
    }

    private static async Task<string> SerialOfAsync(string address)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(System.Net.IPEndPoint.Parse(address));
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
#pragma warning disable CA5359 // What the server shows is looked at by the test itself.
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        return ((X509Certificate2)stream.RemoteCertificate!).SerialNumber;
    }

    private void FilesOfServer(ServerTlsOptions tls)
    {
        tls.CertificateFile = _server.CertificatePath;
        tls.KeyFile = _server.KeyPath;
        tls.CaFile = _server.WriteAuthority(_authority.Certificate);
        tls.ReloadInterval = TimeSpan.FromMilliseconds(20);
    }

    private void FilesOfClient(ClientTlsOptions tls)
    {
        tls.CertificateFile = _client.CertificatePath;
        tls.KeyFile = _client.KeyPath;
        tls.CaFile = _client.WriteAuthority(_authority.Certificate);
        tls.ReloadInterval = TimeSpan.FromMilliseconds(20);
    }
}
