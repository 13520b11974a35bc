using Micro.Bench.Serving;
using Micro.Client;

namespace Micro.Bench.Rpc.Rows;

/// <summary>This framework. All callers share one client, as in an application.</summary>
internal sealed class MicroRow(string name, ServerProcess server, MicroService client, CallOptions options) : IRow
{
    public string Name => name;

    public ServerProcess Server => server;

    public Task<IReadOnlyList<ICaller>> OpenAsync(int callers) => Task.FromResult<IReadOnlyList<ICaller>>(
        [.. Enumerable.Range(0, callers).Select(ICaller (_) => new MicroCaller(client.Client, options))]);

    public ValueTask DisposeAsync() => client.DisposeAsync();
}
