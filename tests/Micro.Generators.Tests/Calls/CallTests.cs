using System.Diagnostics;
using System.Threading.Channels;
using Micro.Client;

namespace Micro.Generators.Calls;

/// <summary>Generated clients and bindings through a real server and a real client.</summary>
public sealed class CallTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_AllKinds_AnswerTyped(string protocol)
    {
        using var handler = new Numbers();
        await using var running = await RunningService.StartAsync(service => service.HandleNumbers(handler), protocol);
        INumbers numbers = new NumbersClient(running.Service.Client);

        (await numbers.DoubleAsync(new Number(21))).Should().Be(new Number(42));
        (await numbers.QuadrupleAsync(new Number(3))).Should().Be(new Number(12));
        (await numbers.HalveAsync(new Number(8))).Should().Be(new Number(4));
        await numbers.ForgetAsync(new Number(7));
        await numbers.DropAsync(new Number(9));
        handler.Forgotten.Should().Equal(7, -9);
        (await ListAsync(numbers.CountAsync(new Number(3)))).Should().Equal(1, 2, 3);
        (await numbers.SumAsync(Sequence(1, 2, 3, 4))).Should().Be(new Number(10));
        (await ListAsync(numbers.NegateAsync(Sequence(5, 6)))).Should().Equal(-5, -6);
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_HandlerFails_ErrorIsThatOfTheHandler(string protocol)
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleNumbers(new Numbers()), protocol);
        var numbers = new NumbersClient(running.Service.Client);

        var error = (await FluentActions.Awaiting(() => numbers.DoubleAsync(new Number(13))).Should().ThrowAsync<MicroException>()).Which;
        error.Code.Should().Be(400);
        error.Detail.Should().Be("13 is no good");
        await FluentActions.Awaiting(() => ListAsync(numbers.NegateAsync(Sequence(1, 13)))).Should().ThrowAsync<MicroException>().WithMessage("*13 is no good*");
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task Call_Cancelled_EndsAndNotifiesTheHandler(string protocol)
    {
        using var handler = new Numbers();
        await using var running = await RunningService.StartAsync(service => service.HandleNumbers(handler), protocol);
        using var cancellation = new CancellationTokenSource();
        var call = new NumbersClient(running.Service.Client).DoubleAsync(new Number(-1), new CallOptions { RequestTimeout = Patience, AttemptTimeout = Patience }, cancellation.Token);

        await handler.Waiting.WaitAsync(Patience);
        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => call.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        await handler.Ended.WaitAsync(Patience);
    }

    [Fact]
    public async Task ServerStream_CallerStopsAsking_HandlerEnds()
    {
        using var handler = new Numbers();
        await using var running = await RunningService.StartAsync(service => service.HandleNumbers(handler));

        await foreach (var number in new NumbersClient(running.Service.Client).CountAsync(new Number(long.MaxValue)))
        {
            if (number.Value == 3)
            {
                break;
            }
        }

        await handler.Ended.WaitAsync(Patience);
    }

    [Fact]
    public async Task BidirectionalStream_AnswersComeWhileRequestsGo_EachAtItsPace()
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleNumbers(new Numbers()));
        var requests = Channel.CreateUnbounded<Number>();
        await using var answers = new NumbersClient(running.Service.Client).NegateAsync(requests.Reader.ReadAllAsync()).GetAsyncEnumerator();

        for (var value = 1; value <= 3; value++)
        {
            requests.Writer.TryWrite(new Number(value));
            (await answers.MoveNextAsync().AsTask().WaitAsync(Patience)).Should().BeTrue();
            answers.Current.Should().Be(new Number(-value));
        }

        requests.Writer.Complete();
        (await answers.MoveNextAsync().AsTask().WaitAsync(Patience)).Should().BeFalse();
    }

    [Fact]
    public async Task BidirectionalStream_ServerEndsFirst_EndlessRequestsDoNotHoldIt()
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleNumbers(new Numbers()));
        var endless = Channel.CreateUnbounded<Number>();
        endless.Writer.TryWrite(new Number(0));

        var answers = ListAsync(new NumbersClient(running.Service.Client).NegateAsync(IgnoreCancellationAsync(endless.Reader)));

        (await answers.WaitAsync(Patience)).Should().Equal(0);
    }

    [Fact]
    public async Task BidirectionalStream_RequestsFail_TheirErrorIsThrown()
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleNumbers(new Numbers()));

        var answers = ListAsync(new NumbersClient(running.Service.Client).NegateAsync(FailingAsync()));

        await FluentActions.Awaiting(() => answers.WaitAsync(Patience)).Should().ThrowAsync<UnreachableException>().WithMessage("of the caller");
    }

    [Fact]
    public async Task BidirectionalStream_Cancelled_ThrowsCancellation()
    {
        await using var running = await RunningService.StartAsync(static service => service.HandleNumbers(new Numbers()));
        using var cancellation = new CancellationTokenSource();
        var endless = Channel.CreateUnbounded<Number>();
        var answers = ListAsync(new NumbersClient(running.Service.Client).NegateAsync(IgnoreCancellationAsync(endless.Reader), cancellation.Token));

        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => answers.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task Client_NoService_Throws(string? service)
    {
        await using var other = RunningService.Create();
        FluentActions.Invoking(() => new NumbersClient(other.Client, service!)).Should().Throw<ArgumentException>();
    }

    private static async Task<List<long>> ListAsync(IAsyncEnumerable<Number> numbers)
    {
        var values = new List<long>();
        await foreach (var number in numbers)
        {
            values.Add(number.Value);
        }

        return values;
    }

    private static async IAsyncEnumerable<Number> Sequence(params long[] values)
    {
        foreach (var value in values)
        {
            yield return new Number(value);
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
        yield return new Number(1);
        await Task.Yield();
        throw new UnreachableException("of the caller");
    }
}
