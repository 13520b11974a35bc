using System.Runtime.CompilerServices;
using Greeter;
using GreeterApi = Greeter.Greeter;

namespace Micro.Bench.Rpc.Rows;

/// <summary>Calls through the generated client.</summary>
internal sealed class GeneratedClientCaller(GreeterApi.GreeterClient client) : ICaller
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> CallAsync()
    {
        var response = await client.HelloAsync(new Request { Name = EchoName.Value });
        EchoName.Check(response.Msg);
        return 1;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
