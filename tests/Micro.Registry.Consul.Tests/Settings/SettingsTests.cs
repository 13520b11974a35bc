using Micro.Registry.Consul.Settings;
using Microsoft.Extensions.Options;

namespace Micro.Registry.Consul.Tests.Settings;

/// <summary>Options, environment variables and addresses.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void Create_EverythingWrong_NamesAll()
    {
        var create = () => ConsulRegistry.Create(options =>
        {
            options.Environment = new Dictionary<string, string?> { ["CONSUL_HTTP_SSL_VERIFY"] = "maybe" };
            options.Addresses.Add("ftp://x");
            options.Scheme = "gopher";
            options.Token = "a b";
            options.TokenFile = "/nowhere/token";
            options.BasicAuthentication = "nobody";
            options.Timeout = TimeSpan.Zero;
            options.Wait = TimeSpan.FromMinutes(5);
            options.MaxStaleness = TimeSpan.Zero;
            options.NodeIdFormat = "{service}";
            options.Meta["dotted.key"] = "x";
            options.Tags.Add("");
            options.DeregisterCriticalAfter = TimeSpan.Zero;
            options.HttpCheck = new ConsulHttpCheck { Url = "{host}", Interval = TimeSpan.Zero, Timeout = TimeSpan.Zero };
            options.Tls.CaFile = "/nowhere/ca.pem";
            options.Tls.ClientCertificateFile = "/nowhere/cert.pem";
        });

        var failures = string.Join('\n', create.Should().Throw<OptionsValidationException>().Which.Failures);
        foreach (var name in new[] { "CONSUL_HTTP_SSL_VERIFY", "Addresses", "Scheme", "Token", "BasicAuthentication", "Timeout", "Wait", "MaxStaleness", "NodeIdFormat", "Meta", "Tags", "DeregisterCriticalAfter", "HttpCheck", "CaFile", "ClientKeyFile" })
        {
            failures.Should().Contain(name);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", "http://127.0.0.1:8500/")]
    [InlineData("consul.service:80", "http://consul.service/")]
    [InlineData("::1", "http://[::1]:8500/")]
    [InlineData("[::1]:8501", "http://[::1]:8501/")]
    [InlineData("https://consul.example:8501", "https://consul.example:8501/")]
    [InlineData("http://localhost", "http://localhost:8500/")]
    public void Address_KnownForms_AreRead_R_REG_8(string text, string expected)
    {
        ConsulAddress.TryParse(text, "http", out var agent).Should().BeTrue();

        agent!.ToString().Should().Be(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("unix:///var/run/consul.sock")]
    [InlineData("host:port")]
    [InlineData("host:0")]
    [InlineData("http://user:secret@host:1")]
    [InlineData("http://host:1/path")]
    [InlineData("a b")]
    public void Address_Others_AreRefused_R_REG_8(string text) => ConsulAddress.TryParse(text, "http", out _).Should().BeFalse();

    [Fact]
    public void Environment_FillsWhatIsOpen_R_CON_1()
    {
        var tokenFile = Path.GetTempFileName();
        File.WriteAllText(tokenFile, "from-file\n");
        var options = Apply(
            new ConsulRegistryOptions(),
            ("CONSUL_HTTP_ADDR", "consul.example:8501"),
            ("CONSUL_HTTP_TOKEN", "from-variable"),
            ("CONSUL_HTTP_TOKEN_FILE", tokenFile),
            ("CONSUL_HTTP_AUTH", "user:password"),
            ("CONSUL_HTTP_SSL", "true"),
            ("CONSUL_HTTP_SSL_VERIFY", "false"),
            ("CONSUL_CACERT", "ca"),
            ("CONSUL_CAPATH", "cas"),
            ("CONSUL_CLIENT_CERT", "cert"),
            ("CONSUL_CLIENT_KEY", "key"),
            ("CONSUL_TLS_SERVER_NAME", "name"),
            ("CONSUL_NAMESPACE", "space"),
            ("CONSUL_PARTITION", "part"));

        options.Addresses.Should().Equal("consul.example:8501");
        (options.Token, options.BasicAuthentication, options.Scheme, options.Namespace, options.Partition).Should().Be(("from-file", "user:password", "https", "space", "part"));
        var tls = options.Tls;
        (tls.CaFile, tls.CaDirectory, tls.ClientCertificateFile, tls.ClientKeyFile, tls.ServerName, tls.SkipVerification).Should().Be(("ca", "cas", "cert", "key", "name", true));
        File.Delete(tokenFile);
    }

    [Fact]
    public void Environment_GivenOptions_Win_R_CON_1()
    {
        var given = new ConsulRegistryOptions { Token = "given", Scheme = "http", Namespace = "mine" };
        given.Addresses.Add("127.0.0.1:1");
        given.Tls.SkipVerification = false;
        var options = Apply(given, ("CONSUL_HTTP_ADDR", "x"), ("CONSUL_HTTP_TOKEN", "y"), ("CONSUL_HTTP_SSL", "1"), ("CONSUL_NAMESPACE", "z"), ("CONSUL_HTTP_SSL_VERIFY", "0"));

        options.Addresses.Should().Equal("127.0.0.1:1");
        (options.Token, options.Scheme, options.Namespace, options.Tls.SkipVerification).Should().Be(("given", "http", "mine", false));
    }

    [Fact]
    public void Environment_Nothing_Defaults()
    {
        var options = Apply(new ConsulRegistryOptions());

        options.Addresses.Should().Equal("127.0.0.1:8500");
        (options.Scheme, options.Token, options.Tls.SkipVerification).Should().Be(("http", null, false));
    }

    private static ConsulRegistryOptions Apply(ConsulRegistryOptions options, params (string Name, string Value)[] variables)
    {
        var errors = new List<string>();
        new ConsulEnvironment(variables.ToDictionary(variable => variable.Name, variable => (string?)variable.Value)).ApplyTo(options, errors);
        errors.Should().BeEmpty();
        return options;
    }
}
