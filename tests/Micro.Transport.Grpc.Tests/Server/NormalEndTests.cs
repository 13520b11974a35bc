using Greeter;
using Micro.Server;
using Micro.Testing;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>
/// A stream that its client ends as grpc-go's do: it closes its side and reads to the end, then cancels its context, or
/// cancels as soon as it has all answers. The server counts no error.
/// </summary>
[Collection(TelemetryCollection.Name)]
public sealed class NormalEndTests
{
    private const int Streams = 20;
    private const int Messages = 5;

    public static TheoryData<string> Handlers => ["PingPong", "Loop", "ByHand", "Sums"];

    [Theory]
    [MemberData(nameof(Handlers))]
    public Task Stream_ClosedAndReadToTheEnd_IsNotAnError(string handler) => ExpectNoErrorAsync(handler, async (stream, cancel) =>
    {
        await stream.CompleteAsync();
        while (await stream.ReadAsync() is not null)
        {
        }

        await cancel.CancelAsync(); // a Go client defers it
    });

    [Theory]
    [MemberData(nameof(Handlers))]
    public Task Stream_CancelledWithAllAnswers_IsNotAnError(string handler) => ExpectNoErrorAsync(handler, static (_, cancel) => cancel.CancelAsync());

    [Theory]
    [MemberData(nameof(Handlers))]
    public Task Stream_ClosedAndCancelledAtOnce_IsNotAnError(string handler) => ExpectNoErrorAsync(handler, static async (stream, cancel) =>
    {
        await stream.CompleteAsync();
        await cancel.CancelAsync();
    });

    private static async Task ExpectNoErrorAsync(string handler, Func<StandardStream<Ping, Pong>, CancellationTokenSource, Task> endAsync)
    {
        using var listener = new TelemetryListener();
        var service = "normal-end-" + Guid.NewGuid().ToString("N");
        await using var fixture = await GrpcServerFixture.StartAsync(options => options.Name = service, AddHandlers);
        var method = StandardMethod.Create<Ping, Pong>(handler == "PingPong" ? "/greeter.Greeter/PingPong" : $"/test.Test/{handler}");
        await using (var channel = fixture.Connect())
        {
            for (var round = 0; round < Streams; round++)
            {
                using var cancel = new CancellationTokenSource();
                await using var stream = channel.OpenStream(method, cancellationToken: cancel.Token);
                for (var stroke = 0; stroke < Messages; stroke++)
                {
                    await stream.WriteAsync(new Ping { Stroke = stroke });
                    (await stream.ReadAsync())!.Stroke.Should().Be(stroke);
                }

                await endAsync(stream, cancel);
            }
        }

        var statistics = fixture.Server.Statistics!;
        await Eventually.TrueAsync(
            () => listener.Of(MicroTelemetry.ServerCallDuration, ("rpc.method", $"{service}/{(handler == "PingPong" ? "Greeter" : "Test")}.{handler}")).Count == Streams,
            "all streams are measured");
        await fixture.Server.StopAsync();

        (statistics.Requests, statistics.Errors).Should().Be((Streams, 0));
        fixture.Logs.Entries.Should().NotContain(static entry => entry.Level >= LogLevel.Warning);
        fixture.Logs.Entries.Should().ContainSingle(static entry => entry.Id.Name == "Stopped")
            .Which.Message.Should().Be($"Stopped; served {Streams} requests, 0 of them with an error");
        listener.Figures.Where(figure => figure.Tags.GetValueOrDefault("rpc.method") is string name && name.StartsWith(service, StringComparison.Ordinal))
            .Should().OnlyContain(static figure => !figure.Tags.ContainsKey("error.type"));
    }

    private static void AddHandlers(RpcServer server)
    {
        server.HandleStream<Ping, Pong>("Test.Loop", static async (stream, _) =>
        {
            await foreach (var ping in stream.ReadAllAsync())
            {
                await stream.WriteAsync(new Pong { Stroke = ping.Stroke });
            }
        });
        server.HandleStream<Ping, Pong>("Test.ByHand", static async (stream, context) =>
        {
            await using var pings = stream.ReadAllAsync().GetAsyncEnumerator(context.CancellationToken);
            while (await pings.MoveNextAsync())
            {
                await stream.WriteAsync(new Pong { Stroke = pings.Current.Stroke }, context.CancellationToken);
            }
        });

        // It has a last word after the caller has closed.
        server.HandleStream<Ping, Pong>("Test.Sums", static async (stream, _) =>
        {
            var sum = 0L;
            await foreach (var ping in stream.ReadAllAsync())
            {
                sum += ping.Stroke;
                await stream.WriteAsync(new Pong { Stroke = ping.Stroke });
            }

            await stream.WriteAsync(new Pong { Stroke = sum });
        });
    }
}
