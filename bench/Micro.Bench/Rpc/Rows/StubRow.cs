using Micro.Bench.Serving;
using GreeterApi = Greeter.Greeter;

namespace Micro.Bench.Rpc.Rows;

/// <summary>Ours, with standard stubs at both ends: the generated client over our client, the generated base under our server.</summary>
internal sealed class StubRow(string name, ServerProcess server, MicroService client) : IRow
{
    public string Name => name;

    public ServerProcess Server => server;

    public Task<IReadOnlyList<ICaller>> OpenAsync(int callers)
    {
        var stub = new GreeterApi.GreeterClient(client.Client.AsCallInvoker(MicroEchoServer.Service));
        return Task.FromResult<IReadOnlyList<ICaller>>([.. Enumerable.Range(0, callers).Select(ICaller (_) => new GeneratedClientCaller(stub))]);
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
