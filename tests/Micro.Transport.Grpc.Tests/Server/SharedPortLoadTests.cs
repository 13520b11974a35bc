using Greeter;
using Micro.Client;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Both protocols at once on one port.</summary>
public sealed class SharedPortLoadTests
{
    [Fact]
    public async Task BothProtocols_UnderConcurrentLoad_EachAnswerBelongsToItsCall()
    {
        const int Callers = 16, Calls = 100;
        await using var fixture = await GrpcServerFixture.StartAsync();
        await using var channel = fixture.Connect();
        await using var client = new RpcClient(new ClientOptions(), _ => throw new InvalidOperationException("addresses are given"));
        var options = new CallOptions { Addresses = [fixture.Address] };

        await Task.WhenAll(Enumerable.Range(0, Callers).SelectMany(caller => new[]
        {
            Task.Run(() => GrpcUnaryAsync(caller)),
            Task.Run(() => GrpcStreamAsync(caller)),
            Task.Run(() => MucpAsync(caller)),
        }));

        fixture.Greeter.Calls.Should().Be(2 * Callers * Calls);
        fixture.Server.RunningCalls.Should().Be(0);

        async Task GrpcUnaryAsync(int caller)
        {
            for (var call = 0; call < Calls; call++)
            {
                (await channel.CallAsync(GrpcServerFixture.Hello, new Request { Name = $"{caller}.{call}" })).Msg.Should().Be($"Hello {caller}.{call}");
            }
        }

        async Task GrpcStreamAsync(int caller)
        {
            await using var stream = channel.OpenStream(GrpcServerFixture.PingPong);
            for (var call = 0; call < Calls; call++)
            {
                await stream.WriteAsync(new Ping { Stroke = (caller * Calls) + call });
                (await stream.ReadAsync())!.Stroke.Should().Be((caller * Calls) + call);
            }

            await stream.CompleteAsync();
            (await stream.ReadAsync()).Should().BeNull();
        }

        async Task MucpAsync(int caller)
        {
            for (var call = 0; call < Calls; call++)
            {
                var answer = await client.CallAsync<Request, Response>("greeter", "Greeter.Hello", new Request { Name = $"{caller}.{call}" }, options);
                answer.Msg.Should().Be($"Hello {caller}.{call}");
            }
        }
    }
}
