using System.Buffers.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Micro.Authentication;

/// <summary>Tokens of an OpenID Connect issuer that serves its metadata and keys on loopback.</summary>
public sealed class AuthorityTests : IAsyncLifetime
{
    private readonly Tokens _first = new();
    private readonly Tokens _second = new();
    private volatile Tokens _current;
    private volatile bool _isDown;
    private int _reads;
    private WebApplication _issuer = null!;

    public AuthorityTests() => _current = _first;

    private string Authority => _issuer.Urls.First();

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _issuer = builder.Build();
        _issuer.MapGet("/.well-known/openid-configuration", () =>
        {
            Interlocked.Increment(ref _reads);
            return _isDown ? Results.StatusCode(503) : Results.Text($$"""{"issuer":"{{Authority}}","jwks_uri":"{{Authority}}/keys"}""", "application/json");
        });
        _issuer.MapGet("/keys", () =>
        {
            var key = _current.Parameters;
            return Results.Text(
                $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"{{KeyId(_current)}}","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}]}""",
                "application/json");
        });
        await _issuer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _issuer.DisposeAsync();
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public async Task Call_TokenOfTheAuthority_PassesAndOthersDoNot()
    {
        await using var vault = await StartAsync();

        (await vault.CallAsync("Vault.Read", Token(_first))).Should().Be(200);
        (await vault.CallAsync("Vault.Read", Token(_second))).Should().Be(401);
        (await vault.CallAsync("Vault.Read", Token(_first, issuer: "https://evil.example"))).Should().Be(401);
        (await vault.CallAsync("Vault.Read", Token(_first, audience: "billing"))).Should().Be(401);
    }

    [Fact]
    public async Task Call_AuthorityThatChangesItsKey_IsFollowed()
    {
        await using var vault = await StartAsync();
        (await vault.CallAsync("Vault.Read", Token(_first))).Should().Be(200);

        _current = _second;

        await Eventually.TrueAsync(async () => await vault.CallAsync("Vault.Read", Token(_second)) == 200, "the new key is known");
        await Eventually.TrueAsync(async () => await vault.CallAsync("Vault.Read", Token(_first)) == 401, "the old key is forgotten");
    }

    [Fact]
    public async Task Call_AuthorityThatWasNeverReached_Is503AndAskedSeldom()
    {
        _isDown = true;
        await using var vault = await StartAsync();

        for (var call = 0; call < 3; call++)
        {
            (await vault.CallAsync("Vault.Read", Token(_first))).Should().Be(503);
        }

        (await vault.CallAsync("Vault.Read", null)).Should().Be(401, "no key is needed to see that there is no token");
        _reads.Should().BeLessThan(10);
        vault.Logs.Entries.Where(static entry => entry.Id.Name == "KeysNotRead").Should().ContainSingle().Which.Level.Should().Be(LogLevel.Warning);
    }

    [Fact]
    public async Task Call_AuthorityThatGoesDown_KnownKeysStay()
    {
        await using var vault = await StartAsync();
        (await vault.CallAsync("Vault.Read", Token(_first))).Should().Be(200);

        _isDown = true;

        (await vault.CallAsync("Vault.Read", Token(_first))).Should().Be(200);
        (await vault.CallAsync("Vault.Read", Token(_second))).Should().Be(401);
        (await vault.CallAsync("Vault.Read", Token(_first))).Should().Be(200);
    }

    private Task<Vault> StartAsync() => Vault.StartAsync(jwt =>
    {
        jwt.Authority = Authority;
        jwt.Audience = "vault";
        jwt.RequireHttpsMetadata = false;
        jwt.KeyRefreshInterval = TimeSpan.FromSeconds(1);
    });

    private string KeyId(Tokens tokens) => tokens == _first ? "first" : "second";

    private string Token(Tokens tokens, string? issuer = null, string audience = "vault") => tokens.Sign(
        new Dictionary<string, object?>
        {
            ["sub"] = "anna",
            ["iss"] = issuer ?? Authority,
            ["aud"] = audience,
            ["exp"] = Tokens.In(TimeSpan.FromMinutes(10)),
        },
        KeyId(tokens));
}
