using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Micro.Stubs.Calls;

/// <summary>Computes with numbers, and shows its context to the tests. <c>FailEarly</c> fails in the way its number asks for.</summary>
internal sealed class NumbersService : Numbers.NumbersBase
{
    private readonly TaskCompletionSource _counted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the first run of <see cref="Count"/>.</summary>
    public Task Counted => _counted.Task;

    public Action<ServerCallContext>? OnCall { get; set; }

    public Func<ServerCallContext, Task>? BeforeAnswer { get; set; }

    public override async Task<Number> Double(Number request, ServerCallContext context)
    {
        OnCall?.Invoke(context);
        if (BeforeAnswer is { } before)
        {
            await before(context);
        }

        return new Number { Value = 2 * request.Value };
    }

    /// <summary>Waits until the server stops, then sends one last number.</summary>
    public static async Task CountUntilStoppingAsync(IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.Stopping().Register(stopping.SetResult);
        await responseStream.WriteAsync(new Number { Value = 0 });
        await stopping.Task;
        await responseStream.WriteAsync(new Number { Value = -1 });
    }

    public override async Task Count(Number request, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        OnCall?.Invoke(context);
        try
        {
            if (request.Value < 0)
            {
                await CountUntilStoppingAsync(responseStream, context);
            }

            for (var value = 1L; value <= request.Value; value++)
            {
                await responseStream.WriteAsync(new Number { Value = value });
            }
        }
        finally
        {
            _counted.TrySetResult();
        }
    }

    public override async Task<Number> Sum(IAsyncStreamReader<Number> requestStream, ServerCallContext context)
    {
        OnCall?.Invoke(context);
        var sum = 0L;
        while (await requestStream.MoveNext(CancellationToken.None))
        {
            sum += requestStream.Current.Value;
        }

        return new Number { Value = sum };
    }

    public override async Task Negate(IAsyncStreamReader<Number> requestStream, IServerStreamWriter<Number> responseStream, ServerCallContext context)
    {
        OnCall?.Invoke(context);
        await foreach (var number in requestStream.ReadAllAsync())
        {
            await responseStream.WriteAsync(new Number { Value = -number.Value });
        }
    }

    public override async Task<Number> fail_early(IAsyncStreamReader<Number> requestStream, ServerCallContext context)
    {
        await requestStream.MoveNext(CancellationToken.None);
        throw new RpcException(new Status(StatusCode.OutOfRange, $"{requestStream.Current.Value} is no good"), new Metadata { { "hint", "smaller" } });
    }
}

/// <summary>Overrides nothing.</summary>
internal sealed class NothingService : Nothing.NothingBase;

/// <summary>Fails every call in a way of its own.</summary>
internal sealed class FailingService(Func<ServerCallContext, Exception?> failure) : Nothing.NothingBase
{
    public override Task<Empty> Ping(Empty request, ServerCallContext context) =>
        failure(context) is { } exception ? Task.FromException<Empty>(exception) : Task.FromResult(new Empty());

    public override async Task Tick(Empty request, IServerStreamWriter<Empty> responseStream, ServerCallContext context)
    {
        await responseStream.WriteAsync(new Empty());
        if (failure(context) is { } exception)
        {
            throw exception;
        }
    }
}
