using Micro.Server;
using Micro.Testing;
using Micro.Transport.Grpc.Tests.Client;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>A server whose process can be paused; its endpoint Test.Count counts and returns its request.</summary>
internal sealed class PausedServer : IAsyncDisposable
{
    private int _executed;

    private PausedServer()
    {
    }

    public PausableTime Time { get; } = new();

    public GrpcServerFixture Fixture { get; private set; } = null!;

    /// <summary>Gets the number of handler runs.</summary>
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

    /// <summary>Connects a client with a stopped clock, so that only the server's reading of its header decides.</summary>
    public GrpcClientFixture Connect(string protocol) => new(
        options =>
        {
            options.Protocol = protocol;
            options.TimeProvider = new ManualTimeProvider();
        },
        Fixture.Address);

    public ValueTask DisposeAsync() => Fixture.DisposeAsync();
}
