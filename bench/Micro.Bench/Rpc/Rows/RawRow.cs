using System.Net;
using Micro.Bench.Serving;

namespace Micro.Bench.Rpc.Rows;

/// <summary>Raw bytes: a connection per caller in ping-pong, or one connection with a batch per round trip.</summary>
internal sealed class RawRow(ServerProcess server, bool isBatch, int request, int reply) : IRow
{
    public string Name => isBatch ? RowNames.RawBatch : RowNames.RawPingPong;

    public ServerProcess Server => server;

    public async Task<IReadOnlyList<ICaller>> OpenAsync(int callers)
    {
        var address = IPEndPoint.Parse(server.Ready.Address);
        if (isBatch)
        {
            return [await RawCaller.ConnectAsync(address, callers, request, reply)];
        }

        var opened = new List<ICaller>(callers);
        while (opened.Count < callers)
        {
            opened.Add(await RawCaller.ConnectAsync(address, 1, request, reply));
        }

        return opened;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
