using Grpc.Net.Client;
using Micro.Bench.Serving;
using GreeterApi = Greeter.Greeter;

namespace Micro.Bench.Rpc.Rows;

/// <summary>The standard gRPC client: a generated client on one channel that all callers share.</summary>
internal sealed class GrpcDotnetRow(ServerProcess server) : IRow
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(server.Ready.Address);

    public string Name => RowNames.GrpcDotnet;

    public ServerProcess Server => server;

    public Task<IReadOnlyList<ICaller>> OpenAsync(int callers)
    {
        var client = new GreeterApi.GreeterClient(_channel);
        return Task.FromResult<IReadOnlyList<ICaller>>([.. Enumerable.Range(0, callers).Select(ICaller (_) => new GeneratedClientCaller(client))]);
    }

    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }
}
