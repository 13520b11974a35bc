using Micro.Bench.Rpc.Rows;
using Micro.Bench.Serving;
using Micro.Client;
using Micro.Registry;
using Micro.Registry.Kit;

namespace Micro.Bench.Rpc.Probing;

/// <summary>Calls through a <see cref="Relay"/> and inspects the bytes.</summary>
internal static class WireProbe
{
    private const int Calls = 3;

    public static async Task<WireSight> LookAsync(ServiceRecord record, string? kind, CallOptions options)
    {
        await using var relay = Relay.Start(record.Nodes[0].Address);
        var relayed = record with { Nodes = [record.Nodes[0] with { Address = relay.Address }] };
        await using var client = MicroClients.Create(relayed, 1, kind);
        var caller = new MicroCaller(client.Client, options);
        await caller.CallAsync();
        var (firstRequest, firstReply) = relay.Take();
        for (var call = 2; call < Calls; call++)
        {
            await caller.CallAsync();
        }

        relay.Take();
        await caller.CallAsync();
        var (request, reply) = relay.Take();
        return new WireSight(firstRequest, firstReply, request, reply);
    }

    /// <summary>The record of a server process.</summary>
    public static ServiceRecord RecordOf(ServerProcess server) =>
        RecordJsonReader.TryReadService(System.Text.Encoding.UTF8.GetBytes(server.Ready.Record!), out var record)
            ? record
            : throw new InvalidOperationException($"the record of the server cannot be read: {server.Ready.Record}");
}
