using Micro.Client;
using Micro.Testing;
using Micro.Transport.Grpc.Tests.Server;
using Micro.Transport.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>The time limit that a server gets from a client that has to connect first, in both protocols.</summary>
public sealed class ConnectTimeTests
{
    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task CallAsync_ConnectingTakesTime_ServerGetsTheRestOfTheTimeLimit_R34(string protocol)
    {
        var left = new List<TimeSpan>();
        await using var server = await GrpcServerFixture.StartAsync(
            options => options.TimeProvider = new ManualTimeProvider(),
            server => server.Handle<int, int>("Test.Left", (number, context) =>
            {
                left.Add(context.RemainingTime);
                return Task.FromResult(number);
            }));
        var time = new ManualTimeProvider();
        await using var client = new GrpcClientFixture(
            options =>
            {
                options.Protocol = protocol;
                options.TimeProvider = time;
                options.Network = new SlowNetwork(time, TimeSpan.FromMilliseconds(400));
            },
            server.Address);
        var limit = new CallOptions { RequestTimeout = TimeSpan.FromSeconds(1), AttemptTimeout = TimeSpan.FromMilliseconds(500), Retries = 0 };

        await client.Client.CallAsync<int, int>("greeter", "Test.Left", 1, limit);
        await client.Client.CallAsync<int, int>("greeter", "Test.Left", 2, limit);

        left.Should().Equal(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500));
    }

    /// <summary>Connects after a time of the client's clock.</summary>
    private sealed class SlowNetwork(ManualTimeProvider time, TimeSpan delay) : INetwork
    {
        public IConnectionListenerFactory Listeners => SocketNetwork.Instance.Listeners;

        public bool CarriesServerTls => true;

        public ValueTask<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken)
        {
            time.Advance(delay);
            return SocketNetwork.Instance.ConnectAsync(host, port, cancellationToken);
        }
    }
}
