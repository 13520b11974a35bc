using Micro;
using Micro.Server;

namespace Greeter;

/// <summary>The handlers of the service that greeter.proto declares.</summary>
internal sealed class GreeterService : Greeter.HandlerBase
{
    public override Task<Response> Hello(Request request, HandlerContext context) => request.Name.Length == 0
        ? throw MicroException.BadRequest("greeter.hello", "name must not be empty")
        : Task.FromResult(new Response { Msg = $"Hello {request.Name}" });

    public override async IAsyncEnumerable<StreamResponse> Stream(StreamRequest request, HandlerContext context)
    {
        for (var count = 0L; count < request.Count; count++)
        {
            yield return new StreamResponse { Count = count };
            await Task.Yield();
        }
    }

    public override async IAsyncEnumerable<Pong> PingPong(IAsyncEnumerable<Ping> requests, HandlerContext context)
    {
        await foreach (var ping in requests)
        {
            yield return new Pong { Stroke = ping.Stroke };
        }
    }
}
