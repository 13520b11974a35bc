using System.Text;
using Grpc.Core;
using CallOptions = Micro.Client.CallOptions;

namespace Micro.Authentication;

/// <summary>Tokens that must not open anything: over mucp and gRPC, plain and by generated stubs, unary and stream.</summary>
public sealed class RefusalTests : IDisposable
{
    private const string Issuer = "https://login.example";
    private readonly Tokens _tokens = new();
    private readonly Tokens _strangers = new();

    public static TheoryData<string> Bad => [
        "no token", "expired", "not yet valid", "other key", "other issuer", "other audience", "no audience", "no expiry", "alg none",
        "HS256 with the public key as secret", "truncated", "payload replaced", "not a token",
    ];

    public void Dispose()
    {
        _tokens.Dispose();
        _strangers.Dispose();
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Call_TokenThatIsNotValid_Is401InEveryWayAndShowsNothing(string bad)
    {
        await using var vault = await StartAsync();
        var token = Make(bad);
        var shown = new List<string>();

        foreach (var way in Vault.Ways)
        {
            (await vault.CallAsync(way, token, shown.Add)).Should().Be(401, "{0}", way);
        }

        vault.Users.Should().BeEmpty();
        shown.AddRange(vault.Logs.Entries.Select(static entry => $"{entry.Message} {entry.Error}"));
        if (token is not null)
        {
            shown.Should().NotContain(text => text.Contains(token, StringComparison.Ordinal) || text.Contains("canary", StringComparison.Ordinal));
        }

        shown.Should().NotContain(text => text.Contains("IDX", StringComparison.Ordinal) || text.Contains("SecurityToken", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_ValidToken_PassesInEveryWayAndHandlersSeeTheUser()
    {
        await using var vault = await StartAsync();

        foreach (var way in Vault.Ways)
        {
            (await vault.CallAsync(way, Make("valid"))).Should().Be(200, "{0}", way);
        }

        vault.Users.Should().HaveCount(Vault.Ways.Count).And.OnlyContain(user => user.Identity!.IsAuthenticated && user.Identity.Name == "anna");
    }

    [Fact]
    public async Task Call_TokenOf16Kilobytes_Is401AndTheServerContinues()
    {
        await using var vault = await StartAsync();
        var claims = Claims();
        claims["padding"] = new string('x', 12 * 1024);
        var token = _tokens.Sign(claims);
        token.Length.Should().BeGreaterThan(16 * 1024);

        (await vault.CallByOthersAsync(token)).Should().Be((StatusCode.Unauthenticated, 401));

        vault.Users.Should().BeEmpty();
        (await vault.CallByOthersAsync(Make("valid")!)).Should().Be((StatusCode.OK, 200));
    }

    [Theory]
    [InlineData("Basic YW5uYTpzZWNyZXQ=")]
    [InlineData("Bearer")]
    [InlineData("Bearer  ,")]
    [InlineData("Bearer a.b.c.d.e")]
    [InlineData("Bearer ..")]
    public async Task Call_HeaderThatHoldsNoToken_Is401(string header)
    {
        await using var vault = await StartAsync();

        var act = () => vault.Client().CallAsync<Secret, Secret>(
            "vault", "Vault.Read", new Secret(), new CallOptions { Metadata = new CallMetadata { { "Authorization", header } } });

        (await act.Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(401);
    }

    [Fact]
    public async Task Call_PooledContext_ForgetsTheUserOfTheCallBefore()
    {
        await using var vault = await Vault.StartAsync(jwt =>
        {
            jwt.PublicKey = _tokens.PublicKey;
            jwt.AllowAnonymousByDefault = true;
        });
        var client = vault.Client();

        for (var round = 0; round < 5; round++)
        {
            (await Vault.CallAsync(client, isStub: false, isStream: false, _tokens.Go())).Should().Be(200);
            (await Vault.CallAsync(client, isStub: false, isStream: false, token: null)).Should().Be(200);
        }

        vault.Users.Select(static user => user.Identity?.IsAuthenticated ?? false).Should().Equal(Enumerable.Range(0, 10).Select(static call => call % 2 == 0));
    }

    private Task<Vault> StartAsync() => Vault.StartAsync(jwt =>
    {
        jwt.PublicKey = _tokens.PublicKey;
        jwt.Issuer = Issuer;
        jwt.Audience = "vault";
    });

    private static Dictionary<string, object?> Claims() => new()
    {
        ["sub"] = "anna",
        ["iss"] = Issuer,
        ["aud"] = "vault",
        ["exp"] = Tokens.In(TimeSpan.FromMinutes(10)),
        ["note"] = "canary",
    };

    private string? Make(string kind)
    {
        var claims = Claims();
        switch (kind)
        {
            case "no token":
                return null;
            case "expired":
                claims["exp"] = Tokens.In(TimeSpan.FromMinutes(-1));
                break;
            case "not yet valid":
                claims["nbf"] = Tokens.In(TimeSpan.FromMinutes(1));
                break;
            case "other key":
                return _strangers.Sign(claims);
            case "other issuer":
                claims["iss"] = "https://evil.example";
                break;
            case "other audience":
                claims["aud"] = "billing";
                break;
            case "no audience":
                claims.Remove("aud");
                break;
            case "no expiry":
                claims.Remove("exp");
                break;
            case "alg none":
                return Tokens.Unsigned(claims);
            case "HS256 with the public key as secret":
                return Tokens.SignSymmetric(Encoding.ASCII.GetBytes(_tokens.PublicPem), claims);
            case "truncated":
                return _tokens.Sign(claims)[..^20];
            case "payload replaced":
                var parts = _tokens.Sign(claims).Split('.');
                claims["sub"] = "root";
                return $"{parts[0]}.{_tokens.Sign(claims).Split('.')[1]}.{parts[2]}";
            case "not a token":
                return "canary-canary-canary";
        }

        return _tokens.Sign(claims);
    }
}
