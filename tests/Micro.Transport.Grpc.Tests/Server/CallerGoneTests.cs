using Micro.Testing;
using Micro.Transport.Grpc.Tests.Client;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Tests that callers that leave during a call are not failures of the server, in both protocols.</summary>
public sealed class CallerGoneTests
{
    private const int Callers = 20;

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Stream_CallersLeaveWhileTheServerSends_NoErrorIsLoggedOrCounted(string protocol)
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server =>
            server.HandleStream<int, int>("Test.Count", async (stream, _) =>
            {
                await using var requests = stream.ReadAllAsync().GetAsyncEnumerator();
                await requests.MoveNextAsync();
                for (var number = requests.Current; ; number++)
                {
                    await stream.WriteAsync(number);
                }
            }));
        await using (var client = new GrpcClientFixture(options => options.Protocol = protocol, fixture.Address))
        {
            for (var caller = 0; caller < Callers; caller++)
            {
                await using var stream = await client.Client.OpenStreamAsync<int, int>("greeter", "Test.Count");
                await stream.SendAsync(1);
                await foreach (var number in stream.ReadAllAsync())
                {
                    if (number == 100)
                    {
                        break;
                    }
                }
            }
        }

        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 0, "all handlers have ended");
        fixture.Logs.Entries.Should().NotContain(entry => entry.Level >= LogLevel.Warning);
        fixture.Logs.Entries.Where(entry => entry.Id.Name == "CallerGone").Should().HaveCount(Callers).And.OnlyContain(entry => entry.Level == LogLevel.Debug);
        (fixture.Server.Statistics!.Requests, fixture.Server.Statistics.Errors).Should().Be((Callers, 0));
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_CallerCancels_IsNotCountedAsAnError(string protocol)
    {
        await using var fixture = await GrpcServerFixture.StartAsync(handlers: server =>
            server.Handle<int, int>("Test.Hang", async (number, context) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
                return number;
            }));
        await using var client = new GrpcClientFixture(options => options.Protocol = protocol, fixture.Address);
        using var patience = new CancellationTokenSource();
        var call = client.Client.CallAsync<int, int>("greeter", "Test.Hang", 1, cancellationToken: patience.Token);
        await fixture.Running();

        await patience.CancelAsync();

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<OperationCanceledException>();
        await Eventually.TrueAsync(() => fixture.Server.RunningCalls == 0, "the handler has ended");
        await Eventually.TrueAsync(() => fixture.Logs.Entries.Any(entry => entry.Id.Name == "CallerGone"), "it is logged");
        fixture.Server.Statistics!.Errors.Should().Be(0);
    }
}
