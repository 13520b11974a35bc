using Micro.Server;

namespace Micro.Contracts.Calls;

/// <summary>One rpc of each kind, and one that fails before its requests end.</summary>
internal sealed class NumbersHandler : Numbers.HandlerBase
{
    private readonly TaskCompletionSource _counted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when a count has ended, however it did.</summary>
    public Task Counted => _counted.Task;

    public override Task<Number> Double(Number request, HandlerContext context) => Task.FromResult(new Number { Value = 2 * request.Value });

    public override async IAsyncEnumerable<Number> Count(Number request, HandlerContext context)
    {
        try
        {
            for (var value = 1L; value <= request.Value; value++)
            {
                yield return new Number { Value = value };
                await Task.Yield();
            }
        }
        finally
        {
            _counted.TrySetResult();
        }
    }

    public override async Task<Number> Sum(IAsyncEnumerable<Number> requests, HandlerContext context)
    {
        var sum = 0L;
        await foreach (var number in requests)
        {
            sum += number.Value;
        }

        return new Number { Value = sum };
    }

    public override async IAsyncEnumerable<Number> Negate(IAsyncEnumerable<Number> requests, HandlerContext context)
    {
        await foreach (var number in requests)
        {
            yield return new Number { Value = -number.Value };
        }
    }

    public override async Task<Number> FailEarly(IAsyncEnumerable<Number> requests, HandlerContext context)
    {
        await foreach (var number in requests)
        {
            throw MicroException.BadRequest("numbers", $"{number.Value} is no good");
        }

        throw MicroException.BadRequest("numbers", "none");
    }
}
