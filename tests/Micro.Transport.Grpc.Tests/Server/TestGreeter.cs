using Greeter;
using Micro.Server;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>A greeter whose answers depend on the requested names.</summary>
internal sealed class TestGreeter(GrpcServerFixture fixture)
{
    private int _calls;

    /// <summary>The number of handled calls.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Completes when a waiting handler is cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<Response> Hello(Request request, HandlerContext context)
    {
        Interlocked.Increment(ref _calls);
        switch (request.Name)
        {
            case "error":
                throw MicroException.BadRequest("greeter.hello", "bad name: error");
            case "teapot":
                throw new MicroException(418, "greeter.hello", "größe 100%");
            case "bug":
                throw new InvalidOperationException("secret of the handler");
            case "passed on":
                throw new GrpcException(StatusCode.Aborted, "further down");
            case "metadata":
                return new Response { Msg = string.Join('\n', context.Metadata.Select(pair => $"{pair.Key}={pair.Value}")) };
            case "context":
                return new Response { Msg = $"{context.Service} {context.Endpoint} {context.ContentType} {context.RemoteAddress} {context.LocalAddress} {context.RemainingTime}" };
            case "wait":
                await WaitAsync(context);
                break;
            case "big":
                return new Response { Msg = new string('x', fixture.Options.Limits.MaxMessageBytes) };
        }

        return new Response { Msg = "Hello " + request.Name };
    }

    public async IAsyncEnumerable<StreamResponse> Stream(StreamRequest request, HandlerContext context)
    {
        for (var count = 0L; count < request.Count; count++)
        {
            yield return new StreamResponse { Count = count };
            if (count == 1 && request.Count == 13)
            {
                throw MicroException.Conflict("greeter.stream", "unlucky");
            }
        }

        if (request.Count == 0)
        {
            await WaitAsync(context);
        }
    }

    public async IAsyncEnumerable<Pong> PingPong(IAsyncEnumerable<Ping> pings)
    {
        await foreach (var ping in pings)
        {
            yield return new Pong { Stroke = ping.Stroke };
        }
    }

    /// <summary>A client stream.</summary>
    public async Task<StreamResponse> Sum(IAsyncEnumerable<StreamRequest> numbers)
    {
        var sum = 0L;
        await foreach (var number in numbers)
        {
            sum += number.Count;
        }

        return new StreamResponse { Count = sum };
    }

    private async Task WaitAsync(HandlerContext context)
    {
        try
        {
            await fixture.Gate.Task.WaitAsync(context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult();
            throw;
        }
    }
}
