using Micro.Server;
using Micro.Testing;
using Micro.Transport.Grpc.Tests.Client;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>A server whose process can stand still; its endpoint Test.Count counts and gives its request back.</summary>
internal sealed class PausedServer : IAsyncDisposable
{
    private int _executed;

    private PausedServer()
    {
    }

    public PausableTime Time { get; } = new();

    public GrpcServerFixture Fixture { get; private set; } = null!;

    /// <summary>Gets how often the handler ran.</summary>
    public int Executed => Volatile.Read(ref _executed);

    public static async Task<PausedServer> StartAsync(Action<ServerOptions>? configure = null)
    {
        var paused = new PausedServer();
        paused.Fixture = await GrpcServerFixture.StartAsync(
            options =>
            {
                options.TimeProvider = paused.Time;
                configure?.Invoke(options);
            },
            server => server.Handle<int, int>("Test.Count", (number, _) =>
            {
                Interlocked.Increment(ref paused._executed);
                return Task.FromResult(number);
            }));
        return paused;
    }

    /// <summary>Connects a client whose own clock stands still: what decides is what the server makes of its header.</summary>
    public GrpcClientFixture Connect(string protocol) => new(
        options =>
        {
            options.Protocol = protocol;
            options.TimeProvider = new ManualTimeProvider();
        },
        Fixture.Address);

    public ValueTask DisposeAsync() => Fixture.DisposeAsync();
}
