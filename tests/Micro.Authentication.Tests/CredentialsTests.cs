using Micro.Transport;

namespace Micro.Authentication;

/// <summary>Tests the token of a client's calls: on all of them, fresh, and never where others can read it.</summary>
public sealed class CredentialsTests : IDisposable
{
    private readonly Tokens _tokens = new();
    private readonly ManualTimeProvider _time = new();
    private int _asked;

    public void Dispose() => _tokens.Dispose();

    [Fact]
    public async Task Call_WithCredentials_CarriesTheTokenInEveryWay()
    {
        await using var vault = await StartAsync();
        foreach (var (protocol, isStub, isStream) in Vault.Ways)
        {
            var client = vault.Client(protocol, options => options.Credentials(credentials =>
            {
                credentials.Token = _tokens.Go();
                credentials.AllowWithoutTls = true;
            }));

            (await Vault.CallAsync(client, isStub, isStream, token: null).WaitAsync(TimeSpan.FromSeconds(10))).Should().Be(200, "{0} {1} {2}", protocol, isStub, isStream);
        }

        vault.Users.Should().HaveCount(Vault.Ways.Count).And.OnlyContain(static user => user.Identity!.Name == "anna");
    }

    [Fact]
    public async Task Call_WithoutTls_FailsBeforeTheProviderIsAskedAndAnythingIsSent()
    {
        await using var vault = await StartAsync();
        foreach (var (protocol, isStub, isStream) in Vault.Ways)
        {
            var errors = new List<string>();
            var client = vault.Client(protocol, options => options.Credentials(credentials => credentials.TokenProvider = Provide(_tokens.Go())));

            (await Vault.CallAsync(client, isStub, isStream, token: null, errors.Add)).Should().Be(400);

            errors.Should().ContainSingle().Which.Should().Contain("without TLS").And.Contain("AllowWithoutTls").And.Contain("--client_tls");
        }

        _asked.Should().Be(0);
        vault.Users.Should().BeEmpty();
        vault.Logs.Entries.Should().NotContain(static entry => entry.Id.Name == "CallerRefused", "nothing reached the server");
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_OverTls_CarriesTheToken(string protocol)
    {
        using var authority = new TestAuthority();
        await using var vault = await StartAsync(options => options.ServerOptions(server => server.Tls = new ServerTlsOptions { Certificate = authority.Issue() }));
        var client = vault.Client(protocol, options => options
            .Credentials(credentials => credentials.TokenProvider = Provide(_tokens.Go()))
            .ClientOptions(settings =>
            {
                settings.Tls = new ClientTlsOptions();
                settings.Tls.TrustedAuthorities.Add(authority.Certificate);
            }));

        (await Vault.CallAsync(client, isStub: false, isStream: false, token: null)).Should().Be(200);
        vault.Users.Should().ContainSingle().Which.Identity!.Name.Should().Be("anna");
    }

    [Fact]
    public async Task Call_OwnAuthorizationOfACall_Counts()
    {
        await using var vault = await StartAsync();
        var client = vault.Client(configure: options => options.Credentials(credentials =>
        {
            credentials.Token = _tokens.Go("client");
            credentials.AllowWithoutTls = true;
        }));

        (await Vault.CallAsync(client, isStub: false, isStream: false, _tokens.Go("call"))).Should().Be(200);

        vault.Users.Should().ContainSingle().Which.Identity!.Name.Should().Be("call");
    }

    [Fact]
    public async Task Token_InItsMargin_IsRefreshedOnceWhileCallsContinue()
    {
        var answer = new TaskCompletionSource<AccessToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var recorder = await Recorder.StartAsync(_time, credentials => credentials.TokenProvider = async token =>
            Interlocked.Increment(ref _asked) == 1 ? new AccessToken("first", TimeSpan.FromMinutes(10)) : await answer.Task.WaitAsync(token));

        await recorder.CallAsync();
        _time.Advance(TimeSpan.FromMinutes(8.9));
        await recorder.CallAsync();
        _asked.Should().Be(1);
        _time.Advance(TimeSpan.FromMinutes(0.2));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => recorder.CallAsync()));
        await Eventually.TrueAsync(() => Volatile.Read(ref _asked) == 2, "the provider is asked again");
        recorder.Seen.Should().HaveCount(22).And.OnlyContain(static header => header == "Bearer first");

        answer.SetResult(new AccessToken("second", TimeSpan.FromMinutes(10)));

        await Eventually.TrueAsync(async () => await recorder.CallAsync() == "Bearer second", "the new token is used");
        _asked.Should().Be(2);
    }

    [Fact]
    public async Task Token_RefreshThatFails_IsAnErrorOnlyOnceTheTokenHasEnded()
    {
        const string Canary = "canary-of-the-provider";
        await using var recorder = await Recorder.StartAsync(_time, credentials => credentials.TokenProvider = _ =>
            Interlocked.Increment(ref _asked) is 1 or > 3
                ? ValueTask.FromResult(new AccessToken($"token{_asked}", TimeSpan.FromMinutes(10)))
                : throw new HttpRequestException(Canary));
        await recorder.CallAsync();

        _time.Advance(TimeSpan.FromMinutes(9.5));
        (await recorder.CallAsync()).Should().Be("Bearer token1");
        await Eventually.TrueAsync(() => recorder.Failures == 1, "the failure is logged");
        (await recorder.CallAsync()).Should().Be("Bearer token1", "the token lasts, and in the pause the provider is left alone");
        _asked.Should().Be(2);
        _time.Advance(TimeSpan.FromMinutes(1));

        var act = recorder.CallAsync;
        var error = (await act.Should().ThrowAsync<MicroException>()).Which;

        error.Code.Should().Be(401);
        error.Message.Should().Contain("HttpRequestException").And.NotContain(Canary);
        recorder.Failures.Should().Be(1, "an outage is logged once");
        recorder.Logs.Entries.Should().NotContain(entry => entry.Message.Contains(Canary, StringComparison.Ordinal) || entry.Message.Contains("token1", StringComparison.Ordinal));
        _time.Advance(TimeSpan.FromMinutes(1));
        (await recorder.CallAsync()).Should().Be("Bearer token4");
    }

    [Fact]
    public async Task Token_ProviderThatHangs_EndsAtItsLimit()
    {
        await using var recorder = await Recorder.StartAsync(_time, static credentials => credentials.TokenProvider = async _ =>
        {
            await new TaskCompletionSource().Task;
            return new AccessToken("never");
        });

        var call = recorder.CallAsync();
        while (!call.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        (await Assert.ThrowsAsync<MicroException>(() => call)).Code.Should().Be(401);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("line\r\nbreak-canary")]
    public void Create_TokenThatCannotTravel_IsAProblemThatDoesNotShowIt(string? token)
    {
        var service = MicroService.Create(options => Vault.Base(options, "caller", new CapturingLoggerFactory()).UseMemory().Credentials(credentials => credentials.Token = token));

        var act = () => service.Client;

        act.Should().Throw<MicroConfigurationException>().Which.Message.Should().Contain("credentials").And.NotContain("canary");
    }

    [Fact]
    public void AccessToken_AsText_DoesNotShowItself()
    {
        new AccessToken("canary").ToString().Should().NotContain("canary");
        var act = static () => new AccessToken("canary\n");
        act.Should().Throw<ArgumentException>().Which.Message.Should().NotContain("canary");
    }

    [Theory]
    [InlineData("mucp", "mucp")]
    [InlineData("mucp", "grpc")]
    [InlineData("grpc", "mucp")]
    [InlineData("grpc", "grpc")]
    public async Task Forwarding_MetadataOfTheCall_LeavesTheCallersTokenBehindUnlessAskedFor(string inward, string outward)
    {
        var seen = new List<(string? Token, string? Trace)>();
        var forward = false;
        await using var vault = await StartAsync(addHandlers: service =>
        {
            var client = new Lazy<IMicroClient>(() => MicroService.Create(options => Vault.Base(options, "inner", new CapturingLoggerFactory())
                .ClientOnly().Registry(service.Registry).ClientOptions(settings => settings.Protocol = outward)).Client);
            service.Handle<Secret, Secret>("Open.Echo", [Microsoft.AspNetCore.Authorization.AllowAnonymous] (request, context) =>
            {
                seen.Add((context.Metadata.GetValueOrDefault("authorization"), context.Metadata.GetValueOrDefault("x-tenant")));
                return Task.FromResult(request);
            });
            service.Handle<Secret, Secret>("Relay.Send", (request, context) => client.Value.CallAsync<Secret, Secret>(
                "vault", "Open.Echo", request, new CallOptions { Metadata = context.Metadata, Parent = context, ForwardAuthorization = forward }));
            service.HandleStream<Secret, Secret>("Relay.Stream", async (stream, context) =>
            {
                await foreach (var request in stream.ReadAllAsync())
                {
                    await client.Value.CallAsync<Secret, Secret>("vault", "Open.Echo", request, new CallOptions { Metadata = context.Metadata, ForwardAuthorization = forward });
                    await stream.WriteAsync(request);
                    return;
                }
            });
        });
        var token = _tokens.Go();
        var options = Vault.Options(token);
        options.Metadata!["x-tenant"] = "blue";
        var caller = vault.Client(inward);

        foreach (var isForwarded in new[] { false, true })
        {
            forward = isForwarded;
            await caller.CallAsync<Secret, Secret>("vault", "Relay.Send", new Secret(), options);
            await foreach (var answer in caller.ServerStreamAsync<Secret, Secret>("vault", "Relay.Stream", new Secret(), options))
            {
                answer.Should().NotBeNull();
            }
        }

        seen.Should().Equal((null, "blue"), (null, "blue"), ($"Bearer {token}", "blue"), ($"Bearer {token}", "blue"));
    }

    private Task<Vault> StartAsync(Action<MicroServiceOptions>? configure = null, Action<MicroService>? addHandlers = null) =>
        Vault.StartAsync(jwt => jwt.PublicKey = _tokens.PublicKey, configure, addHandlers);

    private Func<CancellationToken, ValueTask<AccessToken>> Provide(string token) => _ =>
    {
        Interlocked.Increment(ref _asked);
        return ValueTask.FromResult(new AccessToken(token, TimeSpan.FromMinutes(5)));
    };

    /// <summary>A service that records the header of each call, and a client with credentials, under a manual clock.</summary>
    private sealed class Recorder : IAsyncDisposable
    {
        private readonly MicroTestHost _host = new();
        private MicroService _caller = null!;

        public System.Collections.Concurrent.ConcurrentQueue<string?> Seen { get; } = new();

        public CapturingLoggerFactory Logs => _host.Logs;

        public int Failures => Logs.Entries.Count(static entry => entry.Id.Name == "CredentialsNotRefreshed");

        public static async Task<Recorder> StartAsync(ManualTimeProvider time, Action<ClientCredentials> configure)
        {
            var recorder = new Recorder();
            await recorder._host.StartAsync("recorder", service => service.Handle<Secret, Secret>("Recorder.Call", (_, context) =>
            {
                recorder.Seen.Enqueue(context.Metadata.GetValueOrDefault("authorization"));
                return Task.FromResult(new Secret { Text = context.Metadata.GetValueOrDefault("authorization") ?? "" });
            }));
            recorder._caller = recorder._host.Create(options => options
                .Name("caller")
                .ClientOnly()
                .ClientOptions(client => client.TimeProvider = time)
                .Credentials(credentials =>
                {
                    credentials.AllowWithoutTls = true;
                    configure(credentials);
                }));
            return recorder;
        }

        public async Task<string> CallAsync() =>
            (await _caller.Client.CallAsync<Secret, Secret>("recorder", "Recorder.Call", new Secret())).Text;

        public ValueTask DisposeAsync() => _host.DisposeAsync();
    }
}
