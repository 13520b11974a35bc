using Micro.Client;
using Micro.Registry;
using Micro.Server;
using Micro.Testing;
using Micro.Transport;

namespace Micro.Tests.Tls;

/// <summary>A server with an echo on its port, and clients for it.</summary>
internal sealed class TlsFixture : IAsyncDisposable
{
    private readonly List<IMicroClient> _clients = [];
    private readonly IRegistry _registry = MemoryRegistry.Create();

    private TlsFixture()
    {
    }

    public IMicroServer Server { get; private set; } = null!;

    public CapturingLoggerFactory Log { get; } = new();

    public string Address => Server.Address!;

    public static async Task<TlsFixture> StartAsync(Action<ServerTlsOptions>? tls, Action<ServerOptions>? configure = null)
    {
        var fixture = new TlsFixture();
        fixture.Server = MicroServer.Create(options =>
        {
            options.Name = "echo";
            options.Address = "127.0.0.1:0";
            options.Registry = fixture._registry;
            options.LoggerFactory = fixture.Log;
            options.DrainDelay = TimeSpan.Zero;
            if (tls is not null)
            {
                options.Tls = new ServerTlsOptions();
                tls(options.Tls);
            }

            configure?.Invoke(options);
        });
        fixture.Server.Handle<Note, Note>("Echo.Say", static (note, _) => Task.FromResult(note));
        fixture.Server.HandleStream<Note, Note>("Echo.Stream", static async (stream, context) =>
        {
            await foreach (var note in stream.ReadAllAsync(context.CancellationToken))
            {
                await stream.WriteAsync(note, context.CancellationToken);
            }
        });
        await fixture.Server.StartAsync();
        return fixture;
    }

    public IMicroClient Connect(Action<ClientTlsOptions>? tls, string protocol = "mucp", bool shares = false, CapturingLoggerFactory? log = null) =>
        Connect(Address, tls, protocol, shares, log);

    public IMicroClient Connect(string address, Action<ClientTlsOptions>? tls, string protocol, bool shares = false, CapturingLoggerFactory? log = null)
    {
        var client = MicroClient.Create(options =>
        {
            options.Protocol = protocol;
            options.Retries = 0;
            options.LoggerFactory = log;
            options.Selector = new FixedSelector(address)
            {
                Nodes = [new Node { Id = "echo-1", Address = address, Metadata = shares ? new Dictionary<string, string> { ["mucp-mux"] = "1" } : [] }],
            };
            if (tls is not null)
            {
                options.Tls = new ClientTlsOptions();
                tls(options.Tls);
            }
        });
        _clients.Add(client);
        return client;
    }

    public static async Task SayAsync(IMicroClient client, string text = "hello", CallOptions? options = null) =>
        (await client.CallAsync<Note, Note>("echo", "Echo.Say", new Note { Text = text }, options)).Text.Should().Be(text);

    public static async Task StreamAsync(IMicroClient client)
    {
        await using var stream = await client.OpenStreamAsync<Note, Note>("echo", "Echo.Stream");
        await stream.SendAsync(new Note { Text = "a" });
        await stream.SendAsync(new Note { Text = "b" });
        await stream.CompleteAsync();
        var seen = new List<string>();
        await foreach (var note in stream.ReadAllAsync())
        {
            seen.Add(note.Text);
        }

        seen.Should().Equal("a", "b");
    }

    /// <summary>Calls, expects the refusal, and gives its text.</summary>
    public static async Task<string> RefusedAsync(IMicroClient client)
    {
        var error = (await FluentActions.Awaiting(() => SayAsync(client)).Should().ThrowAsync<MicroException>()).Which;
        error.Kind.Should().Be(ErrorKind.Connect, error.ToString());
        return error.Detail;
    }

    public Task LoggedAsync(string text) =>
        Eventually.TrueAsync(() => Log.Entries.Any(entry => entry.Message.Contains(text, StringComparison.Ordinal)), $"a log line with '{text}'");

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await Server.DisposeAsync();
        await _registry.DisposeAsync();
        Log.Dispose();
    }

    internal sealed class Note
    {
        public string Text { get; set; } = "";
    }
}
