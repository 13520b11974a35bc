using System.Security.Claims;
using Grpc.Core;
using Grpc.Net.Client;
using Micro.Authentication.Stubs;
using CallOptions = Micro.Client.CallOptions;

namespace Micro.Authentication;

public sealed record Secret
{
    public string Text { get; init; } = "";
}

/// <summary>A service whose callers are authenticated, on a real port, and clients of every kind.</summary>
internal sealed class Vault : IAsyncDisposable
{
    private readonly List<MicroService> _clients = [];
    private readonly NotesService _notes = new();

    private Vault(MicroService service, CapturingLoggerFactory logs) => (Service, Logs) = (service, logs);

    public MicroService Service { get; }

    public CapturingLoggerFactory Logs { get; }

    public string Address => Service.Server.Address!;

    /// <summary>Users that handlers saw, in order.</summary>
    public List<ClaimsPrincipal> Users { get; } = [];

    /// <summary>Every way of calling: protocol, generated stub or not, stream or not.</summary>
    public static IReadOnlyList<(string Protocol, bool IsStub, bool IsStream)> Ways =>
        [.. from protocol in new[] { "mucp", "grpc" } from isStub in new[] { false, true } from isStream in new[] { false, true } select (protocol, isStub, isStream)];

    public static async Task<Vault> StartAsync(
        Action<JwtOptions>? authenticate,
        Action<MicroServiceOptions>? configure = null,
        Action<MicroService>? addHandlers = null,
        string[]? args = null)
    {
        var logs = new CapturingLoggerFactory();
        var service = MicroService.Create(
            options =>
            {
                Base(options, "vault", logs).UseMemory().Authenticate(authenticate);
                configure?.Invoke(options);
            },
            args);
        var vault = new Vault(service, logs);
        service.Handle<Secret, Secret>("Vault.Read", (request, context) =>
        {
            vault.Users.Add(context.User);
            return Task.FromResult(request);
        });
        service.HandleStream<Secret, Secret>("Vault.Follow", async (stream, context) =>
        {
            vault.Users.Add(context.User);
            await foreach (var request in stream.ReadAllAsync())
            {
                await stream.WriteAsync(request);
                return;
            }
        });
        vault._notes.OnCall = vault.Users.Add;
        service.Handle(vault._notes);
        addHandlers?.Invoke(service);
        await service.StartAsync();
        return vault;
    }

    public static MicroServiceOptions Base(MicroServiceOptions options, string name, CapturingLoggerFactory logs) => options
        .Name(name)
        .Environment(new Dictionary<string, string?>())
        .Logging(logs)
        .Address("127.0.0.1:0")
        .ServerOptions(static server => server.DrainDelay = TimeSpan.Zero);

    public IMicroClient Client(string protocol = "mucp", Action<MicroServiceOptions>? configure = null)
    {
        var client = MicroService.Create(options =>
        {
            Base(options, "caller", Logs).ClientOnly().Registry(Service.Registry).ClientOptions(settings => settings.Protocol = protocol);
            configure?.Invoke(options);
        });
        _clients.Add(client);
        return client.Client;
    }

    /// <summary>Calls in one of <see cref="Ways"/>; returns the code of the error, 200 for none.</summary>
    public async Task<int> CallAsync((string Protocol, bool IsStub, bool IsStream) way, string? token, Action<string>? onError = null) =>
        await CallAsync(Client(way.Protocol), way.IsStub, way.IsStream, token, onError);

    public static async Task<int> CallAsync(IMicroClient client, bool isStub, bool isStream, string? token, Action<string>? onError = null)
    {
        try
        {
            await (isStub ? CallStubAsync(client.AsCallInvoker("vault"), isStream, token) : CallPlainAsync(client, isStream, token));
            return 200;
        }
        catch (MicroException exception)
        {
            onError?.Invoke(exception.ToString());
            return exception.Code;
        }
        catch (RpcException exception)
        {
            onError?.Invoke(exception.ToString());
            return exception.StatusCode switch
            {
                StatusCode.Unauthenticated => 401,
                StatusCode.PermissionDenied => 403,
                StatusCode.Unavailable => 503,
                StatusCode.InvalidArgument => 400,
                var other => -(int)other,
            };
        }
    }

    /// <summary>Calls an endpoint with JSON and returns the code of the error, 200 for none.</summary>
    public async Task<int> CallAsync(string endpoint, string? token, string protocol = "mucp")
    {
        try
        {
            await Client(protocol).CallAsync<Secret, Secret>("vault", endpoint, new Secret(), Options(token));
            return 200;
        }
        catch (MicroException exception)
        {
            return exception.Code;
        }
    }

    /// <summary>Sends a token that the framework's client does not send: by the stock gRPC client, and by plain HTTP.</summary>
    public async Task<(StatusCode Grpc, int Http)> CallByOthersAsync(string token)
    {
        using var channel = GrpcChannel.ForAddress($"http://{Address}");
        var status = StatusCode.OK;
        try
        {
            await new Notes.NotesClient(channel).ReadAsync(new Note(), new Metadata { { "authorization", $"Bearer {token}" } });
        }
        catch (RpcException exception)
        {
            status = exception.StatusCode;
        }

        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{Address}/") { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("Micro-Endpoint", "Vault.Read");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var response = await http.SendAsync(request);
        if (response.StatusCode == System.Net.HttpStatusCode.Unauthorized)
        {
            response.Headers.WwwAuthenticate.ToString().Should().Be("Bearer");
        }

        return (status, (int)response.StatusCode);
    }

    public static CallOptions Options(string? token) =>
        new() { ContentType = "application/json", Metadata = token is null ? null : new CallMetadata { { "Authorization", $"Bearer {token}" } } };

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await Service.DisposeAsync();
    }

    private static async Task CallPlainAsync(IMicroClient client, bool isStream, string? token)
    {
        if (!isStream)
        {
            (await client.CallAsync<Secret, Secret>("vault", "Vault.Read", new Secret { Text = "x" }, Options(token))).Text.Should().Be("x");
            return;
        }

        await foreach (var answer in client.ServerStreamAsync<Secret, Secret>("vault", "Vault.Follow", new Secret { Text = "x" }, Options(token)))
        {
            answer.Text.Should().Be("x");
        }
    }

    private static async Task CallStubAsync(CallInvoker invoker, bool isStream, string? token)
    {
        var client = new Notes.NotesClient(invoker);
        var headers = token is null ? null : new Metadata { { "authorization", $"Bearer {token}" } };
        if (!isStream)
        {
            (await client.ReadAsync(new Note { Text = "x" }, headers)).Text.Should().Be("x");
            return;
        }

        using var call = client.Follow(new Note { Text = "x" }, headers);
        await foreach (var note in call.ResponseStream.ReadAllAsync())
        {
            note.Text.Should().Be("x");
        }
    }
}

internal sealed class NotesService : Notes.NotesBase
{
    public Action<ClaimsPrincipal>? OnCall { get; set; }

    public override Task<Note> Read(Note request, ServerCallContext context)
    {
        OnCall?.Invoke(context.User());
        return Task.FromResult(request);
    }

    public override async Task Follow(Note request, IServerStreamWriter<Note> responseStream, ServerCallContext context)
    {
        OnCall?.Invoke(context.User());
        await responseStream.WriteAsync(request);
    }
}
