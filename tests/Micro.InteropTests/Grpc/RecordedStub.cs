using Greeter;
using Grpc.Core;
using Micro.InteropTests.Mucp;

namespace Micro.InteropTests.Grpc;

/// <summary>The service behind the recordings, as a class derived from the generated service base.</summary>
internal sealed class RecordedStub : Greeter.Greeter.GreeterBase
{
    public override Task<Response> Hello(Request request, ServerCallContext context) => Task.FromResult(request.Name is "ctx"
        ? new Response { Msg = string.Join('\n', context.RequestHeaders.Select(header => $"{header.Key}={header.Value}")) }
        : RecordedGreeter.Answer(request.Name));

    public override async Task Stream(StreamRequest request, IServerStreamWriter<StreamResponse> responseStream, ServerCallContext context)
    {
        for (var count = 0L; count < request.Count; count++)
        {
            await responseStream.WriteAsync(new StreamResponse { Count = count });
        }
    }

    public override async Task PingPong(IAsyncStreamReader<Ping> requestStream, IServerStreamWriter<Pong> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext())
        {
            await responseStream.WriteAsync(new Pong { Stroke = requestStream.Current.Stroke });
        }
    }
}
