using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Micro.Client;
using Micro.Testing;

namespace Micro.Tests.Tls;

/// <summary>A service set up by flags alone, with files made by <c>openssl</c>, seen by <c>curl</c> and <c>openssl</c> (S20).</summary>
public sealed class OpenSslTests : IDisposable
{
    private readonly CertificateDirectory _files = new();

    public void Dispose() => _files.Dispose();

    [SkippableFact]
    public async Task Service_TlsByFlags_CurlReadsHealthOverBothVersions()
    {
        await MakeCertificatesAsync();
        await using var service = Start("--server_tls_cert=server.crt", "--server_tls_key=server.key");
        await service.StartAsync();
        var url = $"https://{service.Server.Address}/health";

        (await RunAsync("curl", "-sS", "--http1.1", "--cacert", "ca.crt", "-w", " %{http_version} %{http_code}", url)).Output.Should().Contain("\"status\"").And.EndWith(" 1.1 200");
        (await RunAsync("curl", "-sS", "--http2", "--cacert", "ca.crt", "-w", " %{http_version} %{http_code}", url)).Output.Should().Contain("\"status\"").And.EndWith(" 2 200");
        (await RunAsync("curl", "-sS", url)).Code.Should().Be(60, "curl does not know the authority");
        (await RunAsync("curl", "-sS", "-w", "%{http_code}", url.Replace("https", "http", StringComparison.Ordinal))).Output
            .Should().Be("this port speaks TLS: call it with TLS (--client_tls), or with https\n400");
        (await RunAsync("curl", "-sS", "--cacert", "ca.crt", "--tls-max", "1.1", url)).Code.Should().Be(35);
        (await RunAsync("curl", "-sS", "--cacert", "ca.crt", "--tls-max", "1.2", "-o", "/dev/null", "-w", "%{http_code}", url)).Output.Should().Be("200");
    }

    [SkippableFact]
    public async Task Service_MutualTlsByFlags_SixRefusals_S20()
    {
        await MakeCertificatesAsync();
        await using var service = Start("--server_tls_cert=server.crt", "--server_tls_key=server.key", "--server_tls_client_ca=ca.crt");
        await service.StartAsync();
        var address = service.Server.Address!;

        await CallAsync(address, "--client_tls_ca=ca.crt", "--client_tls_cert=client.crt", "--client_tls_key=client.key");
        (await RefusedAsync(address, "--client_tls_ca=ca.crt")).Should().Contain("this server requires a client certificate");
        (await RefusedAsync(address, "--client_tls_ca=ca.crt", "--client_tls_cert=other.crt", "--client_tls_key=other.key")).Should().Contain("unknown authority 'CN=other authority'");
        (await RefusedAsync(address, "--client_tls_cert=client.crt", "--client_tls_key=client.key")).Should().Contain("unknown authority 'CN=micro test authority'");
        (await RefusedAsync(address, "--client_tls_ca=ca.crt", "--client_tls_server_name=elsewhere.test")).Should().Contain("not for 'elsewhere.test'");
        (await RefusedAsync(await ServeAsync("expired"), "--client_tls_ca=ca.crt")).Should().Contain("' expired on ");
        (await RefusedAsync(await ServeAsync("self"), "--client_tls_ca=ca.crt")).Should().Contain("is self-signed and not trusted");
        (await RunAsync("curl", "-sS", "--http1.1", "--cacert", "ca.crt", "-w", "%{http_code}", $"https://{address}/health")).Output.Should().EndWith("\n403");

        var identity = new[] { "--cacert", "ca.crt", "--cert", "client.crt", "--key", "client.key" };
        (await RunAsync("curl", ["-sS", .. identity, "-o", "/dev/null", "-w", "%{http_code}", $"https://{address}/health"])).Output.Should().Be("200");

        async Task<string> ServeAsync(string name)
        {
            var other = Start($"--server_tls_cert={name}.crt", $"--server_tls_key={name}.key");
            await other.StartAsync();
            _others.Add(other);
            return other.Server.Address!;
        }

        foreach (var other in _others)
        {
            await other.DisposeAsync();
        }
    }

    [SkippableTheory]
    [InlineData("mucp", "-tls1_3")]
    [InlineData("mucp", "-tls1_2")]
    [InlineData("grpc", "-tls1_3")]
    public async Task Call_ForeignServerRefusesTheClientLate_IsConnect_S20(string protocol, string version)
    {
        // In TLS 1.3 the client has sent its request by the time the alert comes.
        await MakeCertificatesAsync();
        var port = FreePorts.Next();
        using var server = new Process
        {
            StartInfo = new ProcessStartInfo("openssl")
            {
                ArgumentList = { "s_server", "-accept", $"127.0.0.1:{port}", "-cert", "server.crt", "-key", "server.key", "-Verify", "1", "-verify_return_error", "-CAfile", "ca.crt", version, "-alpn", "h2,http/1.1", "-quiet" },
                WorkingDirectory = _files.Path,
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            },
        };
        server.Start();
        try
        {
            await Eventually.TrueAsync(async () => await IsOpenAsync(port), "s_server listens");

            (await RefusedAsync($"127.0.0.1:{port}", "--client_tls_ca=ca.crt", $"--client={protocol}")).Should().Contain("--client_tls_cert");
            (await RefusedAsync($"127.0.0.1:{port}", "--client_tls_ca=ca.crt", "--client_tls_cert=other.crt", "--client_tls_key=other.key", $"--client={protocol}"))
                .Should().Contain("--client_tls_cert");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    private readonly List<MicroService> _others = [];

    private static async Task<bool> IsOpenAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task CallAsync(MicroService service, string address) =>
        (await service.Client.CallAsync<TlsFixture.Note, TlsFixture.Note>("echo", "Echo.Say", new() { Text = "x" }, new CallOptions { Addresses = [address], Retries = 0 })).Text.Should().Be("x");

    private async Task CallAsync(string address, params string[] flags)
    {
        await using var caller = Start(flags);
        await CallAsync(caller, address);
    }

    private async Task<string> RefusedAsync(string address, params string[] flags)
    {
        await using var caller = Start(flags);
        var error = (await FluentActions.Awaiting(() => CallAsync(caller, address)).Should().ThrowAsync<MicroException>()).Which;
        error.Kind.Should().Be(ErrorKind.Connect, error.ToString());
        error.Detail.Should().Contain(address);
        return error.Detail;
    }

    private MicroService Start(params string[] flags)
    {
        var service = TestService.Create(
            static options => options.Name("echo"),
            [.. flags.Select(flag => flag.Contains(".crt", StringComparison.Ordinal) || flag.Contains(".key", StringComparison.Ordinal) ? flag.Replace("=", "=" + _files.Path + "/", StringComparison.Ordinal) : flag)]);
        service.Server.Handle<TlsFixture.Note, TlsFixture.Note>("Echo.Say", static (note, _) => Task.FromResult(note));
        return service;
    }

    /// <summary>As in the manual, and further ones that must be refused.</summary>
    private async Task MakeCertificatesAsync()
    {
        await AuthorityAsync("ca", "micro test authority");
        await AuthorityAsync("other-ca", "other authority");
        await IssueAsync("server", "ca", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "30");
        await IssueAsync("client", "ca", "extendedKeyUsage=clientAuth", "-days", "30");
        await IssueAsync("other", "other-ca", "extendedKeyUsage=clientAuth", "-days", "30");
        await OpenSslAsync("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "self.key", "-out", "self.crt", "-days", "30", "-subj", "/CN=self", "-addext", "subjectAltName=IP:127.0.0.1");
        await File.WriteAllTextAsync(_files.At("index.txt"), "");
        await File.WriteAllTextAsync(_files.At("serial"), "01");
        await File.WriteAllTextAsync(_files.At("ca.conf"), "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n");
        await OpenSslAsync("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "expired.key", "-out", "expired.csr", "-subj", "/CN=expired", "-addext", "subjectAltName=IP:127.0.0.1");
        await OpenSslAsync("ca", "-batch", "-config", "ca.conf", "-in", "expired.csr", "-out", "expired.crt", "-cert", "ca.crt", "-keyfile", "ca.key", "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-notext");
    }

    private Task AuthorityAsync(string name, string subject) =>
        OpenSslAsync("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", $"{name}.key", "-out", $"{name}.crt", "-days", "3650", "-subj", $"/CN={subject}");

    private async Task IssueAsync(string name, string authority, string extension, params string[] validity)
    {
        await OpenSslAsync("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", $"{name}.key", "-out", $"{name}.csr", "-subj", $"/CN={name}", "-addext", extension);
        await OpenSslAsync(["x509", "-req", "-in", $"{name}.csr", "-CA", $"{authority}.crt", "-CAkey", $"{authority}.key", "-out", $"{name}.crt", "-copy_extensions", "copy", .. validity]);
    }

    private async Task OpenSslAsync(params string[] arguments)
    {
        var (code, _, error) = await RunAsync("openssl", arguments);
        code.Should().Be(0, error);
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(string program, params string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments) { WorkingDirectory = _files.Path, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            Skip.If(true, $"{program} is not installed");
        }

        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output, await error);
    }
}
