using Greeter;
using Grpc.Core;
using Micro.Registry;
using Micro.Server;
using Micro.Testing;
using Micro.Transport.Grpc.Server;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>A started server that speaks mucp and gRPC on one loopback port, and channels to it.</summary>
internal sealed class GrpcServerFixture : IAsyncDisposable
{
    public static readonly Method<Request, Response> Hello = StandardMethod.Create<Request, Response>("/greeter.Greeter/Hello");
    public static readonly Method<StreamRequest, StreamResponse> Counts = StandardMethod.Create<StreamRequest, StreamResponse>("/greeter.Greeter/Stream");
    public static readonly Method<Ping, Pong> PingPong = StandardMethod.Create<Ping, Pong>("/greeter.Greeter/PingPong");

    private GrpcServerFixture(Action<ServerOptions>? configure)
    {
        Options = new ServerOptions
        {
            Name = "greeter",
            Address = "127.0.0.1:0",
            Registry = Registry,
            DrainDelay = TimeSpan.Zero,
            LoggerFactory = Logs,
        };
        configure?.Invoke(Options);
        GrpcServer.AddTo(Options);
        Server = new RpcServer(Options);
        Greeter = new TestGreeter(this);
    }

    public CapturingLoggerFactory Logs { get; } = new();

    public IRegistry Registry { get; } = MemoryRegistry.Create();

    public ServerOptions Options { get; }

    public RpcServer Server { get; }

    public TestGreeter Greeter { get; }

    /// <summary>For handlers that wait for the test.</summary>
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Address => Server.Address!;

    public static async Task<GrpcServerFixture> StartAsync(Action<ServerOptions>? configure = null, Action<RpcServer>? handlers = null)
    {
        var fixture = new GrpcServerFixture(configure);
        fixture.Server.Handle(fixture.Greeter, options => options.Name = "Greeter");
        handlers?.Invoke(fixture.Server);
        await fixture.Server.StartAsync();
        return fixture;
    }

    /// <summary>Waits until calls run.</summary>
    public Task Running(int count = 1) => Eventually.TrueAsync(() => Server.RunningCalls >= count, "a call runs");

    /// <summary>Connects the standard client.</summary>
    public StandardClient Connect() => new(new Uri("http://" + Address));

    public Task<Http2Socket> ConnectRawAsync() => Http2Socket.ConnectAsync(Address);

    /// <summary>The server still answers, over both protocols.</summary>
    public async Task ExpectHealthyAsync()
    {
        await using var channel = Connect();
        (await channel.CallAsync(Hello, new Request { Name = "Anna" })).Msg.Should().Be("Hello Anna");
        using var socket = await RawSocket.ConnectAsync(Address);
        await socket.SendRequestAsync("Greeter.Hello", """{"name":"Anna"}""");
        (await socket.ReadAsync())!.Text.Should().Be("{\"msg\":\"Hello Anna\"}\n");
    }

    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await Server.StopAsync(hurry.Token);
        await Server.DisposeAsync();
        await Registry.DisposeAsync();
    }
}
