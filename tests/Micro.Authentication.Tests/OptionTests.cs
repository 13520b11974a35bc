using System.Security.Cryptography;
using System.Text;

namespace Micro.Authentication;

/// <summary>Tests that invalid options prevent the start, with an error that names the remedy.</summary>
public sealed class OptionTests : IDisposable
{
    private readonly Tokens _tokens = new();

    public void Dispose() => _tokens.Dispose();

    [Fact]
    public void Create_NoKey_NamesTheSettings() =>
        ProblemsOf(null).Should().ContainSingle().Which.Should().Contain("--auth_public_key").And.Contain("MICRO_AUTH_PUBLIC_KEY").And.Contain("Authority");

    [Theory]
    [InlineData("not base64!")]
    [InlineData("bm90IGEga2V5")]
    [InlineData("")]
    public void Create_InvalidKey_ErrorDoesNotShowIt(string key) =>
        ProblemsOf(jwt => jwt.PublicKey = key).Should().ContainSingle().Which.Should().Contain("PEM").And.NotContain("bm90");

    [Fact]
    public void Create_PrivateKey_IsRefusedWithoutShowingIt()
    {
        var key = Convert.ToBase64String(Encoding.ASCII.GetBytes(_tokens.PrivatePem));

        ProblemsOf(jwt => jwt.PublicKey = key).Should().ContainSingle().Which.Should().Contain("private key").And.NotContain(key[..40]);
    }

    [Fact]
    public void Create_ShortKey_IsRefused()
    {
        using var weak = RSA.Create(1024);

        ProblemsOf(jwt => jwt.PublicKey = weak.ExportSubjectPublicKeyInfoPem()).Should().ContainSingle().Which.Should().Contain("2048");
    }

    [Fact]
    public void Create_AuthorityAndKey_IsRefused() =>
        ProblemsOf(jwt => (jwt.Authority, jwt.Audience, jwt.PublicKey) = ("https://login.example", "vault", _tokens.PublicKey)).Should().ContainSingle().Which.Should().Contain("one issuer");

    [Theory]
    [InlineData("http://login.example", "vault", "https")]
    [InlineData("login.example", "vault", "address of an issuer")]
    [InlineData("https://user:secret@login.example", "vault", "address of an issuer")]
    [InlineData("https://login.example", null, "audience")]
    public void Create_AuthorityThatIsNotSafe_IsRefused(string authority, string? audience, string remedy) =>
        ProblemsOf(jwt => (jwt.Authority, jwt.Audience) = (authority, audience)).Should().ContainSingle().Which.Should().Contain(remedy).And.NotContain("secret");

    [Fact]
    public void Create_WrongKeyInAFlag_NamesTheFlag() =>
        ProblemsOf(null, "--auth_public_key=abc").Should().ContainSingle().Which.Should().Contain("--auth_public_key");

    [Fact]
    public async Task Start_KeyWithoutAuthentication_Warns()
    {
        var logs = new CapturingLoggerFactory();
        await using var service = MicroService.Create(options => Vault.Base(options, "vault", logs).UseMemory(), [$"--auth_public_key={_tokens.PublicKey}"]);

        logs.Entries.Should().Contain(entry => entry.Message.Contains("auth_public_key", StringComparison.Ordinal) && entry.Message.Contains("Authenticate", StringComparison.Ordinal));
    }

    [Fact]
    public void Create_ServerByHand_IsValidatedToo()
    {
        var act = () => MicroServer.Create(static server => server.Authenticate());

        act.Should().Throw<MicroConfigurationException>().WithMessage("*no key to verify tokens*");
    }

    private static IReadOnlyList<string> ProblemsOf(Action<JwtOptions>? configure, params string[] args)
    {
        var service = MicroService.Create(options => Vault.Base(options, "vault", new CapturingLoggerFactory()).UseMemory().Authenticate(configure), args);
        var act = () => service.Registry;
        return act.Should().Throw<MicroConfigurationException>().Which.Problems;
    }
}
