using Greeter;
using Grpc.Core;
using GreeterApi = Greeter.Greeter;

namespace Micro.Bench.Serving;

/// <summary>The handler as Grpc.Tools' stubs have it, for the standard server and for ours.</summary>
internal sealed class EchoService : GreeterApi.GreeterBase
{
    public override Task<Response> Hello(Request request, ServerCallContext context) => Task.FromResult(new Response { Msg = request.Name });
}
