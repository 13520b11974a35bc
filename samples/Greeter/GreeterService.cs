using Grpc.Core;
using Micro;

namespace Greeter;

/// <summary>The handlers of the service that greeter.proto declares.</summary>
internal sealed class GreeterService : Greeter.GreeterBase
{
    public override Task<Response> Hello(Request request, ServerCallContext context) => request.Name.Length == 0
        ? throw MicroException.BadRequest("greeter.hello", "name must not be empty")
        : Task.FromResult(new Response { Msg = $"Hello {request.Name}" });

    public override async Task Stream(StreamRequest request, IServerStreamWriter<StreamResponse> responseStream, ServerCallContext context)
    {
        for (var count = 0L; count < request.Count; count++)
        {
            await responseStream.WriteAsync(new StreamResponse { Count = count }, context.CancellationToken);
        }
    }

    public override async Task PingPong(IAsyncStreamReader<Ping> requestStream, IServerStreamWriter<Pong> responseStream, ServerCallContext context)
    {
        await foreach (var ping in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(new Pong { Stroke = ping.Stroke }, context.CancellationToken);
        }
    }
}
