using Micro.Server;
using Micro.Transport;

namespace Micro.Tests.Settings;

/// <summary>TLS from flags, environment and configuration.</summary>
[Collection(Cli.ConsoleCollection.Name)]
public sealed class TlsSettingsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly CertificateDirectory _files = new();

    public TlsSettingsTests()
    {
        _files.Write(_authority.Issue());
        _files.WriteAuthority(_authority.Certificate);
    }

    private string Ca => _files.At("ca.crt");

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact]
    public void Flags_Server_AllApply()
    {
        var tls = ServerTlsOf([$"--server_tls_cert={_files.CertificatePath}", $"--server_tls_key={_files.KeyPath}", $"--server_tls_client_ca={Ca}", "--server_tls_client_cert=request"])!;

        tls.CertificateFile.Should().Be(_files.CertificatePath);
        tls.KeyFile.Should().Be(_files.KeyPath);
        tls.CaFile.Should().Be(Ca);
        tls.Requirement.Should().Be(ClientCertificateRequirement.Request);
        ServerTlsOf([]).Should().BeNull();
        ServerTlsOf([$"--server_tls_cert={_files.CertificatePath}", $"--server_tls_key={_files.KeyPath}", $"--server_tls_client_ca={Ca}"])!
            .Requirement.Should().Be(ClientCertificateRequirement.Require, "authorities are for checking clients");
    }

    [Fact]
    public void Flags_Client_AllApply()
    {
        var tls = TestService.ClientOptionsOf(args: [$"--client_tls_ca={Ca}", $"--client_tls_cert={_files.CertificatePath}", $"--client_tls_key={_files.KeyPath}", "--client_tls_server_name=a.test"]).Tls!;

        (tls.CaFile, tls.CertificateFile, tls.KeyFile, tls.ServerName, tls.SkipVerification).Should().Be((Ca, _files.CertificatePath, _files.KeyPath, "a.test", false));
        TestService.ClientOptionsOf().Tls.Should().BeNull();
        TestService.ClientOptionsOf(args: ["--client_tls=true"]).Tls.Should().NotBeNull();
        TestService.ClientOptionsOf(args: [$"--client_tls_ca={Ca}", "--client_tls=false"]).Tls.Should().BeNull();
    }

    [Theory]
    [InlineData("true", "true", true)]
    [InlineData("true", "false", false)]
    [InlineData("true", null, false)]
    [InlineData(null, "true", null)]
    public void Environment_TlsInsecure_SaysHowNotWhether_R_REG_7(string? tls, string? insecure, bool? skips)
    {
        var options = TestService.ClientOptionsOf(environment: new() { ["MICRO_CLIENT_TLS"] = tls, ["MICRO_TLS_INSECURE"] = insecure });

        (options.Tls?.SkipVerification).Should().Be(skips);
    }

    [Fact]
    public void DescribeSettings_Password_IsNotShown_S23()
    {
        var settings = TestService.Create(
            args: [$"--server_tls_cert={_files.CertificatePath}"],
            environment: new() { ["MICRO_SERVER_TLS_KEY_PASSWORD"] = "canary", ["MICRO_CLIENT_TLS_KEY_PASSWORD"] = "canary" }).DescribeSettings();

        settings.Should().NotContain(setting => setting.ToString().Contains("canary", StringComparison.Ordinal));
        settings.Single(setting => setting.Name == "server_tls_key_password").Value.Should().Be("***");
        settings.Single(setting => setting.Name == "server_tls_cert").Value.Should().Be(_files.CertificatePath);
    }

    [Fact]
    public void Flag_OverCode_FileTakesThePlaceOfTheCertificate()
    {
        var options = TestService.ClientOptionsOf(
            service => service.ClientOptions(client => client.Tls = new ClientTlsOptions { Certificate = _authority.Issue() }),
            [$"--client_tls_cert={_files.CertificatePath}", $"--client_tls_key={_files.KeyPath}"]);

        (options.Tls!.CertificateFile, options.Tls.Certificate).Should().Be((_files.CertificatePath, null));
    }

    [Fact]
    public async Task Run_WrongFiles_AllAreNamedWithTheirOrigin()
    {
        var service = TestService.Create(
            static options => options.Name("greeter"),
            ["--server_tls_cert=/nowhere/tls.crt", "--server_tls_key=/nowhere/tls.key", $"--client_tls_ca={_files.KeyPath}", "--client_tls_server_name=a b"]);

        var (code, _, error) = await Cli.ConsoleCollection.RunAsync(service);

        code.Should().Be(2);
        error.Should()
            .Contain("server TLS certificate file '/nowhere/tls.crt': does not exist, correct the path or create it (from --server_tls_cert, --server_tls_key)")
            .And.Contain("server TLS key file '/nowhere/tls.key': does not exist")
            .And.Contain($"client TLS authorities file '{_files.KeyPath}': cannot be used, it must be PEM certificates: it holds no certificate (from --client_tls_ca, --client_tls_server_name)")
            .And.Contain("client TLS server name 'a b': must be a host name");
    }

    [Theory]
    [InlineData("--client_tls=yes", "'yes' must be true or false (from --client_tls)")]
    [InlineData("--server_tls_client_cert=maybe", "unknown client certificate requirement 'maybe': known are none, request, require")]
    [InlineData("--server_tls_client_cert=none", "server TLS: there is no certificate: set CertificateFile (--server_tls_cert)")]
    public async Task Run_WrongValue_IsNamed(string argument, string line)
    {
        var (code, _, error) = await Cli.ConsoleCollection.RunAsync(TestService.Create(args: [argument]));

        code.Should().Be(2);
        error.Should().Contain(line);
    }

    private static ServerTlsOptions? ServerTlsOf(string[] args)
    {
        ServerOptions? seen = null;
        _ = TestService.Create(options => options.ServerOptions(server => seen = server), args).Server;
        return seen!.Tls;
    }
}
