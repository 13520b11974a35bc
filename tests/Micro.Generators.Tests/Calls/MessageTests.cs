using System.Text;
using Google.Protobuf.WellKnownTypes;
using Micro.Client;

namespace Micro.Generators.Calls;

/// <summary>Tests messages of generated clients and bindings. Reflection for JSON is off in this project.</summary>
public sealed class MessageTests
{
    private static readonly CallOptions Json = new() { ContentType = "application/json" };

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_ProtobufMessages_TravelAsProtobuf(string protocol)
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleClock(static context => new Clock(context)), protocol);
        var clock = new ClockClient(running.Service.Client);

        var since = await clock.SinceAsync(new Timestamp { Seconds = 5 });

        since.Seconds.Should().Be(5);
        if (protocol == "mucp")
        {
            since.Nanos.Should().Be(1, "the content type was that of protobuf");
        }

        var ticks = new List<long>();
        await foreach (var tick in clock.TickAsync(new Duration { Seconds = 2 }))
        {
            ticks.Add(tick.Seconds);
        }

        ticks.Should().Equal(1, 2);
    }

    [Fact]
    public async Task Call_JsonContext_NamesAreThoseOfTheCodec()
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleNumbers(new Numbers()));

        var response = await running.Service.Client.CallAsync<byte[], byte[]>(RunningService.Name, "Numbers.Double", """{"value":4}"""u8.ToArray(), Json);

        Encoding.UTF8.GetString(response).Should().Be("""{"value":8}""" + "\n");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json-rpc")]
    [InlineData("application/grpc+json")]
    public async Task Call_JsonOfEveryEnvelope_UsesTheContext(string contentType)
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleNumbers(new Numbers()));

        (await new NumbersClient(running.Service.Client).DoubleAsync(new Number(4), new CallOptions { ContentType = contentType })).Should().Be(new Number(8));
    }

    [Fact]
    public async Task Call_WithoutTheContext_ErrorHasTheRemedy()
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleNumbers(new Numbers()));

        var call = running.Service.Client.CallAsync<Number, Number>(RunningService.Name, "Numbers.Double", new Number(4));

        await FluentActions.Awaiting(() => call).Should().ThrowAsync<MicroException>().WithMessage("*no JSON type information for Number*JsonContext*");
        (await running.Service.Client.CallAsync<Number, Number>(RunningService.Name, "Numbers.Double", new Number(4), new CallOptions { JsonTypes = NumbersJson.Default }))
            .Should().Be(new Number(8));
    }

    [Fact]
    public async Task Call_ContextDoesNotListTheResponse_CallerGetsAnError()
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleUnlisted(new UnlistedHandler()));

        var call = new UnlistedClient(running.Service.Client).SendAsync(new Number(1));

        (await FluentActions.Awaiting(() => call).Should().ThrowAsync<MicroException>()).Which.Code.Should().Be(500);
    }

    [Fact]
    public async Task Call_OptionsOfTheClientAndOfTheCall_TheCallCounts()
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleNumbers(new Numbers()));
        var wrong = new CallOptions { Addresses = ["127.0.0.1:1"], Retries = 0, DialTimeout = TimeSpan.FromSeconds(5) };
        var numbers = new NumbersClient(running.Service.Client, options: wrong);

        await FluentActions.Awaiting(() => numbers.HalveAsync(new Number(4)).AsTask()).Should().ThrowAsync<MicroException>();
        (await numbers.HalveAsync(new Number(4), new CallOptions())).Should().Be(new Number(2));
    }

    [Fact]
    public async Task Call_Idempotent_TheCallOverridesTheContract()
    {
        var recorder = new OptionsRecorder();
        var numbers = new NumbersClient(recorder);

        await numbers.DoubleAsync(new Number(1));
        await numbers.DoubleAsync(new Number(1), new CallOptions { Idempotent = false });
        await numbers.DoubleAsync(new Number(1), new CallOptions { Retries = 3 });
        await numbers.HalveAsync(new Number(1));

        recorder.Seen.Select(static options => options!.Idempotent).Should().Equal(true, false, true, null);
        recorder.Seen[2]!.Retries.Should().Be(3);
        recorder.Seen.Should().OnlyContain(options => ReferenceEquals(options!.JsonTypes, NumbersJson.Default));
    }
}
