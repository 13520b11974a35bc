using Greeter;
using Grpc.Core;
using GreeterApi = Greeter.Greeter;

namespace Micro.Bench.Serving;

/// <summary>The handler on Grpc.Tools' stubs, for the standard server and for this framework's.</summary>
internal sealed class EchoService : GreeterApi.GreeterBase
{
    public override Task<Response> Hello(Request request, ServerCallContext context) => Task.FromResult(new Response { Msg = request.Name });
}
