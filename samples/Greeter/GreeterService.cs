using Micro;
using Micro.Server;

namespace Greeter;

/// <summary>The handlers: plain methods with typed messages.</summary>
internal sealed class GreeterService
{
    [Idempotent]
    public Response Hello(Request request) => request.Name.Length == 0
        ? throw MicroException.BadRequest("greeter.hello", "name must not be empty")
        : new Response { Msg = $"Hello {request.Name}" };

    public async IAsyncEnumerable<StreamResponse> Stream(StreamRequest request)
    {
        for (var count = 0L; count < request.Count; count++)
        {
            yield return new StreamResponse { Count = count };
            await Task.Yield();
        }
    }

    public async IAsyncEnumerable<Pong> PingPong(IAsyncEnumerable<Ping> pings)
    {
        await foreach (var ping in pings)
        {
            yield return new Pong { Stroke = ping.Stroke };
        }
    }
}
