using Micro.Client;
using Micro.Registry;
using Micro.Testing;

namespace Micro.Server;

/// <summary>A started server on a loopback port, a client for its address, raw sockets to it.</summary>
internal sealed class ServerFixture : IAsyncDisposable
{
    private ServerFixture(Action<ServerOptions>? configure)
    {
        Options = new ServerOptions
        {
            Name = "test",
            Address = "127.0.0.1:0",
            Registry = Registry,
            DrainDelay = TimeSpan.Zero,
            LoggerFactory = Logs,
        };
        configure?.Invoke(Options);
        Server = new RpcServer(Options);
        Client = new RpcClient(new ClientOptions(), _ => throw new InvalidOperationException("addresses are given"));
    }

    public CapturingLoggerFactory Logs { get; } = new();

    public IRegistry Registry { get; } = MemoryRegistry.Create();

    public ServerOptions Options { get; }

    public RpcServer Server { get; }

    public RpcClient Client { get; }

    /// <summary>For handlers that wait for the test.</summary>
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until a call runs.</summary>
    public Task Running(int count = 1) => Eventually.TrueAsync(() => Server.RunningCalls >= count, "a call runs");

    public string Address => Server.Address!;

    public static async Task<ServerFixture> StartAsync(Action<RpcServer> handlers, Action<ServerOptions>? configure = null, Action<ServerFixture>? made = null)
    {
        var fixture = new ServerFixture(configure);
        made?.Invoke(fixture);
        handlers(fixture.Server);
        await fixture.Server.StartAsync();
        return fixture;
    }

    public Task<RawSocket> ConnectAsync() => RawSocket.ConnectAsync(Address);

    public Task<TResponse> CallAsync<TRequest, TResponse>(string endpoint, TRequest request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.CallAsync<TRequest, TResponse>("test", endpoint, request, (options ?? new CallOptions()) with { Addresses = [Address] }, cancellationToken);

    public Task<IClientStream<TRequest, TResponse>> OpenAsync<TRequest, TResponse>(string endpoint, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        Client.OpenStreamAsync<TRequest, TResponse>("test", endpoint, (options ?? new CallOptions()) with { Addresses = [Address] }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await Server.StopAsync(hurry.Token);
        await Server.DisposeAsync();
        await Registry.DisposeAsync();
    }
}
