using System.Security.Claims;

namespace Micro.Authentication;

/// <summary>Tests tokens and keys of go-micro v6: one RSA key for the fleet, as base64 of PEM in a variable or flag.</summary>
public sealed class GoTokenTests : IDisposable
{
    private readonly Tokens _tokens = new();

    public void Dispose() => _tokens.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_TokenOfGoMicro_IsAUserWithItsClaims(bool isFlag)
    {
        await using var vault = await Vault.StartAsync(
            null,
            options => options.Environment(new Dictionary<string, string?> { ["MICRO_AUTH_PUBLIC_KEY"] = isFlag ? null : _tokens.PublicKey }),
            args: isFlag ? [$"--auth_public_key={_tokens.PublicKey}"] : []);
        var token = _tokens.Go("anna", ["notes:read", "notes:write"], metadata: new Dictionary<string, string> { ["team"] = "blue" });

        foreach (var way in Vault.Ways)
        {
            (await vault.CallAsync(way, token)).Should().Be(200, "{0}", way);
        }

        vault.Users.Should().HaveCount(Vault.Ways.Count);
        var user = vault.Users[0];
        user.Identity!.Name.Should().Be("anna");
        user.FindAll("scopes").Select(static claim => claim.Value).Should().Equal("notes:read", "notes:write");
        user.FindFirstValue("type").Should().Be("user");
        user.FindFirstValue("iss").Should().Be("go.micro");
        user.FindFirstValue("metadata").Should().Be("""{"team":"blue"}""");
    }

    [Fact]
    public async Task Call_AccountWithoutScopesAndMetadata_IsAUserToo()
    {
        await using var vault = await Vault.StartAsync(jwt => jwt.PublicKey = _tokens.PublicPem);

        (await vault.CallAsync("Vault.Read", _tokens.Go("svc"))).Should().Be(200);
        (await vault.CallAsync("Vault.Read", _tokens.Go("svc", ends: TimeSpan.FromMinutes(-1)))).Should().Be(401);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_TokenOfTheIssuer_IsLaidOutAsGoMicrosAndPasses(bool isBase64)
    {
        using var issuer = new TokenIssuer(isBase64 ? Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(_tokens.PrivatePem)) : _tokens.PrivatePem);
        await using var vault = await Vault.StartAsync(jwt => jwt.PublicKey = _tokens.PublicKey);

        var token = issuer.Issue("billing", ["notes:read"], new Dictionary<string, string> { ["team"] = "blue" });

        (await vault.CallAsync("Vault.Read", token.Value)).Should().Be(200);
        var payload = System.Text.Json.JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Value.Split('.')[1])).RootElement;
        payload.EnumerateObject().Select(static claim => claim.Name).Should().BeEquivalentTo("sub", "type", "scopes", "metadata", "exp", "iss");
        payload.GetProperty("scopes").ToString().Should().Be("""["notes:read"]""");
        payload.GetProperty("metadata").GetProperty("team").GetString().Should().Be("blue");
        payload.GetProperty("sub").GetString().Should().Be("billing");
    }

    [Fact]
    public void Issuer_WithoutAPrivateKey_IsRefusedWithoutShowingTheText()
    {
        foreach (var text in new[] { _tokens.PublicKey, _tokens.PublicPem, "canary" })
        {
            var act = () => new TokenIssuer(text);
            act.Should().Throw<ArgumentException>().Which.Message.Should().NotContain("canary").And.Contain("private key");
        }
    }

    [Fact]
    public async Task Start_KeyOfTheFleetAgainstTheOneInCode_TheFlagCounts()
    {
        using var old = new Tokens();
        await using var vault = await Vault.StartAsync(jwt => jwt.PublicKey = old.PublicKey, args: [$"--auth_public_key={_tokens.PublicKey}"]);

        (await vault.CallAsync("Vault.Read", _tokens.Go())).Should().Be(200);
        (await vault.CallAsync("Vault.Read", old.Go())).Should().Be(401);
    }
}
