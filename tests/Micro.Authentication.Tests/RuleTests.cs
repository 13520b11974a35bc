using Grpc.Core;
using Micro.Authentication.Stubs;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Micro.Authentication;

/// <summary>Tests the rules for callers with a valid token: scopes in metadata, attributes on every kind of handler, policies.</summary>
public sealed class RuleTests : IDisposable
{
    private readonly Tokens _tokens = new();

    public void Dispose() => _tokens.Dispose();

    [Theory]
    [InlineData("notes:read", 200)]
    [InlineData("notes:admin", 200)]
    [InlineData("notes:write", 403)]
    [InlineData("NOTES:READ", 403)]
    [InlineData("notes:read notes:admin", 403)]
    public async Task Call_ScopesInMetadata_OneSuffices(string scope, int expected)
    {
        await using var vault = await StartAsync(addHandlers: service => service.Handle<Secret, Secret>(
            "Shelf.Read", (request, _) => Task.FromResult(request), new Dictionary<string, string> { ["scopes"] = "notes:read, notes:admin" }));

        (await vault.CallAsync("Shelf.Read", _tokens.Go(scopes: ["other", scope]))).Should().Be(expected);
        (await vault.CallAsync("Shelf.Read", _tokens.Go(scopes: ["other", scope]), "grpc")).Should().Be(expected);
        (await vault.CallAsync("Shelf.Read", _tokens.Go())).Should().Be(403, "go-micro writes null for an account without scopes");
        (await vault.CallAsync("Shelf.Read", null)).Should().Be(401);
    }

    [Theory]
    [InlineData("scope")]
    [InlineData("scp")]
    public async Task Call_ScopesOfOAuth_AreSeparatedByBlanks(string claim)
    {
        await using var vault = await StartAsync(addHandlers: service => service.Handle<Secret, Secret>(
            "Shelf.Read", (request, _) => Task.FromResult(request), new Dictionary<string, string> { ["scopes"] = "notes:read" }));

        (await vault.CallAsync("Shelf.Read", Sign((claim, "openid notes:read")))).Should().Be(200);
        (await vault.CallAsync("Shelf.Read", Sign((claim, "openid notes:reader")))).Should().Be(403);
    }

    [Fact]
    public async Task Call_AttributesOfAHandlerClass_AreItsRules()
    {
        await using var vault = await StartAsync(addHandlers: service => service.Handle(new Guarded()));

        await ExpectRulesAsync(vault, "Guarded");
    }

    [Fact]
    public async Task Call_AttributesOfAHandlerPerCall_AreItsRules()
    {
        await using var vault = await StartAsync(addHandlers: service => service.Server.Handle(_ => new Guarded()));

        await ExpectRulesAsync(vault, "Guarded");
    }

    [Fact]
    public async Task Call_AttributesOfADelegate_AreItsRules()
    {
        await using var vault = await StartAsync(addHandlers: service => service.Handle<Secret, Secret>(
            "Lambda.Read", [Authorize(Roles = "clerk")] (request, _) => Task.FromResult(request)));

        (await vault.CallAsync("Lambda.Read", Sign(("roles", "clerk")))).Should().Be(200);
        (await vault.CallAsync("Lambda.Read", Sign(("roles", "guest")))).Should().Be(403);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Call_AttributesOfAGeneratedStub_AreItsRules(bool isPerCall, bool isStream)
    {
        await using var vault = await StartAsync(addHandlers: service =>
        {
            if (isPerCall)
            {
                service.Server.Handle(_ => new GuardedNotes(), options => options.Name = "Guarded");
            }
            else
            {
                service.Handle(new GuardedNotes(), options => options.Name = "Guarded");
            }
        });
        var endpoint = isStream ? "Guarded.Follow" : "Guarded.Read";

        (await CallEitherAsync(vault, endpoint, isStream, Sign(("roles", "clerk")))).Should().Be(200);
        (await CallEitherAsync(vault, endpoint, isStream, Sign(("roles", "guest")))).Should().Be(403);
        (await CallEitherAsync(vault, endpoint, isStream, null)).Should().Be(401);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_AttributesOfAContractInterfaceAndItsHandler_AreItsRules(bool isPerCall)
    {
        await using var vault = await StartAsync(addHandlers: service =>
        {
            if (!isPerCall)
            {
                service.HandleLedger(new Ledger());
                return;
            }

            service.HandleLedger(_ => new Ledger());
        });

        (await vault.CallAsync("Ledger.Audit", Sign(("roles", "clerk")))).Should().Be(403, "the interface asks for an auditor");
        (await vault.CallAsync("Ledger.Audit", Sign(("roles", new[] { "auditor", "clerk" })))).Should().Be(200);
        (await vault.CallAsync("Ledger.Read", Sign(("roles", "guest")))).Should().Be(403, "the class asks for a clerk");
    }

    [Fact]
    public async Task Call_PolicyOfTheOptions_IsEvaluated()
    {
        await using var vault = await StartAsync(
            jwt => jwt.Policies = policies => policies.AddPolicy("adult", policy => policy.RequireClaim("age", "18", "19")),
            service => service.Handle<Secret, Secret>("Bar.Order", [Authorize("adult")] (request, _) => Task.FromResult(request)));

        (await vault.CallAsync("Bar.Order", Sign(("age", "18")))).Should().Be(200);
        (await vault.CallAsync("Bar.Order", Sign(("age", "17")))).Should().Be(403);
    }

    [Fact]
    public async Task Call_UnknownPolicy_IsRefused()
    {
        await using var vault = await StartAsync(addHandlers: service => service.Handle<Secret, Secret>(
            "Bar.Order", [Authorize("unknown")] (request, _) => Task.FromResult(request)));

        (await vault.CallAsync("Bar.Order", _tokens.Go())).Should().Be(500);
    }

    [Fact]
    public async Task Call_ContainerWithAuthorization_DecidesByItsPolicies()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddAuthorizationCore(policies => policies.AddPolicy("adult", policy => policy.RequireClaim("age", "18")));
        builder.Services.AddMicro(options => Vault.Base(options, "vault", new CapturingLoggerFactory()).UseMemory().Authenticate(jwt =>
            {
                jwt.PublicKey = _tokens.PublicKey;
                jwt.Policies = static policies => policies.AddPolicy("adult", static policy => policy.RequireClaim("never"));
            }))
            .Handle<Secret, Secret>("Bar.Order", [Authorize("adult")] (request, _) => Task.FromResult(request));
        using var host = builder.Build();
        await host.StartAsync();
        var service = host.Services.GetRequiredService<MicroService>();

        (await service.Client.CallAsync<Secret, Secret>("vault", "Bar.Order", new Secret { Text = "x" }, Vault.Options(Sign(("age", "18"))))).Text.Should().Be("x");
        var act = () => service.Client.CallAsync<Secret, Secret>("vault", "Bar.Order", new Secret(), Vault.Options(Sign(("age", "17"))));
        (await act.Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(403);
        await host.StopAsync();
    }

    [Theory]
    [InlineData(false, 401)]
    [InlineData(true, 200)]
    public async Task Call_EndpointWithoutRule_FollowsTheDefault(bool allowAnonymous, int expected)
    {
        await using var vault = await StartAsync(
            jwt => jwt.AllowAnonymousByDefault = allowAnonymous,
            service =>
            {
                service.Handle(new Guarded());
                service.Handle<Secret, Secret>("Slip.Read", (request, _) => Task.FromResult(request), new Dictionary<string, string> { ["scopes"] = " , " });
            });

        (await vault.CallAsync("Vault.Read", null)).Should().Be(expected);
        (await vault.CallAsync("Guarded.Read", null)).Should().Be(401);
        (await vault.CallAsync("Slip.Read", null)).Should().Be(401, "an empty list of scopes does not open an endpoint");
        (await vault.CallAsync("Debug.Stats", null)).Should().Be(401);
    }

    private async Task ExpectRulesAsync(Vault vault, string handler)
    {
        (await vault.CallAsync($"{handler}.Read", Sign(("roles", "clerk")))).Should().Be(200);
        (await vault.CallAsync($"{handler}.Read", Sign(("roles", "guest")))).Should().Be(403);
        (await vault.CallAsync($"{handler}.Delete", Sign(("roles", "clerk")))).Should().Be(403, "class and method both ask for a role");
        (await vault.CallAsync($"{handler}.Delete", Sign(("roles", new[] { "clerk", "chief" })))).Should().Be(200);
        (await vault.CallAsync($"{handler}.Door", null)).Should().Be(200);
        (await vault.CallAsync($"{handler}.Door", "not-a-token")).Should().Be(200, "an open endpoint takes whoever calls");
    }

    private async Task<int> CallEitherAsync(Vault vault, string endpoint, bool isStream, string? token)
    {
        if (!isStream)
        {
            return await vault.CallAsync(endpoint, token);
        }

        try
        {
            await foreach (var note in vault.Client("grpc").ServerStreamAsync<Note, Note>(
                "vault", endpoint, new Note(), Vault.Options(token) with { ContentType = null }))
            {
                note.Should().NotBeNull();
            }

            return 200;
        }
        catch (MicroException exception)
        {
            return exception.Code;
        }
    }

    private string Sign((string Name, object Value) claim) => _tokens.Sign(new Dictionary<string, object?>
    {
        ["sub"] = "anna",
        ["exp"] = Tokens.In(TimeSpan.FromMinutes(10)),
        [claim.Name] = claim.Value,
    });

    private Task<Vault> StartAsync(Action<JwtOptions>? authenticate = null, Action<MicroService>? addHandlers = null) => Vault.StartAsync(
        jwt =>
        {
            jwt.PublicKey = _tokens.PublicKey;
            authenticate?.Invoke(jwt);
        },
        addHandlers: addHandlers);

    [Authorize(Roles = "clerk")]
    private sealed class Guarded
    {
        public Secret Read(Secret request) => request;

        [Authorize(Roles = "chief")]
        public Secret Delete(Secret request) => request;

        [AllowAnonymous]
        public Secret Door(Secret request) => request;
    }

    private sealed class GuardedNotes : Notes.NotesBase
    {
        [Authorize(Roles = "clerk")]
        public override Task<Note> Read(Note request, ServerCallContext context) => Task.FromResult(request);

        [Authorize(Roles = "clerk")]
        public override Task Follow(Note request, IServerStreamWriter<Note> responseStream, ServerCallContext context) => responseStream.WriteAsync(request);
    }
}
