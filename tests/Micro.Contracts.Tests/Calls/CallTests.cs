using System.Diagnostics;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Micro.Client;

namespace Micro.Contracts.Calls;

/// <summary>Generated handlers and clients through a real server and a real client.</summary>
public sealed class CallTests
{
    private static readonly CallOptions Json = new() { ContentType = "application/json" };

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("application/protobuf")]
    public async Task Call_AllFourKinds_AnswerTyped(string? contentType)
    {
        await using var fixture = await ContractFixture.StartAsync(new NumbersHandler());
        var client = new Numbers.Client(fixture.Service.Client, ContractFixture.Name);
        var options = contentType is null ? null : new CallOptions { ContentType = contentType };

        (await client.DoubleAsync(new Number { Value = 21 }, options)).Value.Should().Be(42);
        (await ValuesAsync(client.CountAsync(new Number { Value = 3 }, options))).Should().Equal(1, 2, 3);
        (await client.SumAsync(Sequence(1, 2, 3, 4), options)).Value.Should().Be(10);
        await using var stream = await client.NegateAsync(options);
        await stream.SendAsync(new Number { Value = 5 });
        await stream.SendAsync(new Number { Value = 6 });
        await stream.CompleteAsync();
        (await ValuesAsync(stream.ReadAllAsync())).Should().Equal(-5, -6);
    }

    [Fact]
    public async Task Call_NothingOverridden_Answers501ForEveryKind()
    {
        await using var fixture = await ContractFixture.StartAsync(new NothingHandler());
        var client = new Nothing.Client(fixture.Service.Client, ContractFixture.Name);
        var calls = new Dictionary<string, Func<Task>>
        {
            ["Nothing.Ping"] = () => client.PingAsync(new Empty()),
            ["Nothing.Tick"] = async () =>
            {
                await foreach (var _ in client.TickAsync(new Empty()))
                {
                }
            },
            ["Nothing.Take"] = () => client.TakeAsync(Empties(1)),
            ["Nothing.Swap"] = async () =>
            {
                await using var stream = await client.SwapAsync();
                await stream.CompleteAsync();
                await foreach (var _ in stream.ReadAllAsync())
                {
                }
            },
        };

        foreach (var (endpoint, call) in calls)
        {
            var error = (await call.Should().ThrowAsync<MicroException>(endpoint)).Which;
            error.Code.Should().Be(501);
            error.Detail.Should().Be($"{endpoint} is not implemented");
        }
    }

    [Fact]
    public async Task ClientStream_ServerFailsBeforeTheEnd_ErrorIsSurfacedAndSendingEnds()
    {
        await using var fixture = await ContractFixture.StartAsync(new NumbersHandler());
        var client = new Numbers.Client(fixture.Service.Client, ContractFixture.Name);
        var endless = Channel.CreateUnbounded<Number>();
        endless.Writer.TryWrite(new Number { Value = 13 });

        // A source that ignores cancellation and never ends must not hold the answer up.
        var call = client.FailEarlyAsync(IgnoreCancellationAsync(endless.Reader), Json);

        (await FluentActions.Awaiting(() => call.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<MicroException>()).Which.Detail.Should().Be("13 is no good");
    }

    [Fact]
    public async Task ClientStream_RequestsFail_TheirErrorIsThrown()
    {
        await using var fixture = await ContractFixture.StartAsync(new NumbersHandler());
        var client = new Numbers.Client(fixture.Service.Client, ContractFixture.Name);

        var call = client.SumAsync(FailingAsync(), Json);

        await FluentActions.Awaiting(() => call.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<UnreachableException>().WithMessage("of the caller");
    }

    [Fact]
    public async Task ClientStream_Cancelled_ThrowsCancellation()
    {
        await using var fixture = await ContractFixture.StartAsync(new NumbersHandler());
        var client = new Numbers.Client(fixture.Service.Client, ContractFixture.Name);
        using var cancellation = new CancellationTokenSource();
        var requests = Channel.CreateUnbounded<Number>();
        var call = client.SumAsync(requests.Reader.ReadAllAsync(CancellationToken.None), null, cancellation.Token);

        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => call.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task ServerStream_CallerStopsAsking_StreamEnds()
    {
        var handler = new NumbersHandler();
        await using var fixture = await ContractFixture.StartAsync(handler);
        var client = new Numbers.Client(fixture.Service.Client, ContractFixture.Name);
        var seen = new List<long>();

        await foreach (var number in client.CountAsync(new Number { Value = long.MaxValue }))
        {
            seen.Add(number.Value);
            if (seen.Count == 3)
            {
                break;
            }
        }

        seen.Should().Equal(1, 2, 3);
        await handler.Counted.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task StandIn_NotOverridden_SaysWhatToDo()
    {
        var client = new StandIn();

        (await client.DoubleAsync(new Number { Value = 1 })).Value.Should().Be(7);
        await FluentActions.Awaiting(() => client.SumAsync(Sequence(1))).Should().ThrowAsync<InvalidOperationException>().WithMessage("*override*");
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task Client_NoService_Throws(string? service)
    {
        await using var fixture = ContractFixture.Create();
        FluentActions.Invoking(() => new Numbers.Client(fixture.Client, service!)).Should().Throw<ArgumentException>();
    }

    private static async IAsyncEnumerable<Number> Sequence(params long[] values)
    {
        foreach (var value in values)
        {
            yield return new Number { Value = value };
            await Task.Yield();
        }
    }

    private static async IAsyncEnumerable<Empty> Empties(int count)
    {
        for (; count > 0; count--)
        {
            yield return new Empty();
            await Task.Yield();
        }
    }

    private static async IAsyncEnumerable<Number> IgnoreCancellationAsync(ChannelReader<Number> source)
    {
        await foreach (var number in source.ReadAllAsync(CancellationToken.None))
        {
            yield return number;
        }
    }

    private static async IAsyncEnumerable<Number> FailingAsync()
    {
        yield return new Number { Value = 1 };
        await Task.Yield();
        throw new UnreachableException("of the caller");
    }

    private static async Task<List<long>> ValuesAsync(IAsyncEnumerable<Number> numbers)
    {
        var values = new List<long>();
        await foreach (var number in numbers)
        {
            values.Add(number.Value);
        }

        return values;
    }
}
