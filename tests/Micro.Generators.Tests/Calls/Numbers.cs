using System.Runtime.CompilerServices;

namespace Micro.Generators.Calls;

/// <summary>A handler that counts the outcomes of its calls.</summary>
internal sealed class Numbers : INumbers, IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<long> Forgotten { get; } = [];

    public bool IsDisposed { get; private set; }

    /// <summary>Completes when a call or stream was cancelled because its caller left.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Completes when a call waits for its cancellation.</summary>
    public Task Waiting => _waiting.Task;

    public Task<Number> DoubleAsync(Number request, CancellationToken cancellationToken = default) => request.Value switch
    {
        13 => throw MicroException.BadRequest("numbers", "13 is no good"),
        -1 => WaitAsync(cancellationToken),
        _ => Task.FromResult(new Number(request.Value * 2)),
    };

    public ValueTask<Number> HalveAsync(Number request, CancellationToken cancellationToken = default) => new(new Number(request.Value / 2));

    public Task ForgetAsync(Number request, CancellationToken cancellationToken = default)
    {
        Forgotten.Add(request.Value);
        return Task.CompletedTask;
    }

    public ValueTask DropAsync(Number request, CancellationToken cancellationToken = default)
    {
        Forgotten.Add(-request.Value);
        return default;
    }

    public async IAsyncEnumerable<Number> CountAsync(Number request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            for (var number = 1L; number <= request.Value; number++)
            {
                yield return new Number(number);
                await Task.Yield();
            }
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    public async Task<Number> SumAsync(IAsyncEnumerable<Number> requests, CancellationToken cancellationToken = default)
    {
        var sum = 0L;
        await foreach (var number in requests.WithCancellation(cancellationToken))
        {
            sum += number.Value;
        }

        return new Number(sum);
    }

    public async IAsyncEnumerable<Number> NegateAsync(IAsyncEnumerable<Number> requests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var number in requests.WithCancellation(cancellationToken))
        {
            if (number.Value == 13)
            {
                throw MicroException.BadRequest("numbers", "13 is no good");
            }

            yield return new Number(-number.Value);
            if (number.Value == 0)
            {
                yield break;
            }
        }
    }

    public void Dispose() => IsDisposed = true;

    private async Task<Number> WaitAsync(CancellationToken cancellationToken)
    {
        _waiting.TrySetResult();
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        finally
        {
            _ended.TrySetResult();
        }

        return new Number(0);
    }
}
