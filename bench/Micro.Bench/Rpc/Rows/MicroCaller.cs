using System.Runtime.CompilerServices;
using Greeter;
using Micro.Bench.Serving;
using Micro.Client;

namespace Micro.Bench.Rpc.Rows;

/// <summary>The public client with typed messages.</summary>
internal sealed class MicroCaller(IMicroClient client, CallOptions options) : ICaller
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> CallAsync()
    {
        var response = await client.CallAsync<Request, Response>(
            MicroEchoServer.Service, MicroEchoServer.Endpoint, new Request { Name = EchoName.Value }, options);
        EchoName.Check(response.Msg);
        return 1;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
