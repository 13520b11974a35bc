using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Micro.Bench.Rpc.Probing;
using Micro.Bench.Serving;
using Micro.Client;

namespace Micro.Bench.Idle;

/// <summary>
/// Opens idle connections: first without a byte, then after one call on each. Their cost is the growth of the server's
/// resident memory, without kernel buffers.
/// </summary>
internal sealed class IdleRun(int connections, TimeSpan idle, Action<string> progress)
{
    private const int WarmUpCalls = 2000;
    private const int AtATime = 64;

    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.StartAsync(ServerKind.Micro, cancellationToken);
        var record = WireProbe.RecordOf(server);
        var sight = await WireProbe.LookAsync(record, kind: null, new CallOptions());
        var address = IPEndPoint.Parse(record.Nodes[0].Address);
        var sockets = new List<Socket>(connections);
        try
        {
            progress($"warm-up: {WarmUpCalls} calls on {AtATime} connections");
            var warm = await ConnectAsync(address, AtATime, cancellationToken);
            for (var call = 0; call < WarmUpCalls / AtATime; call++)
            {
                await CallAsync(warm, sight, cancellationToken);
            }

            warm.ForEach(static socket => socket.Dispose());
            var before = await SampleAsync(server, cancellationToken);
            progress($"opening {connections} connections");
            sockets.AddRange(await ConnectAsync(address, connections, cancellationToken));
            var opened = await SampleAsync(server, cancellationToken);
            progress("one call on each");
            await CallAsync(sockets, sight, cancellationToken);
            var called = await SampleAsync(server, cancellationToken);
            var cpuBefore = called.CpuSeconds;
            await Task.Delay(idle, cancellationToken);
            var quiet = await server.SampleAsync();
            return string.Join(
                Environment.NewLine,
                $"{connections} idle connections; growth of the server's resident memory, bytes each",
                "",
                "| state | resident | managed | aim | |",
                "|---|--:|--:|---|---|",
                Row("opened, nothing sent", before, opened),
                Row("after one call each", before, called),
                "",
                string.Create(CultureInfo.InvariantCulture, $"resident before {before.ResidentBytes / 1048576.0:N1} MB, after {called.ResidentBytes / 1048576.0:N1} MB; processor while idle {(quiet.CpuSeconds - cpuBefore) / Math.Max(0.001, idle.TotalSeconds) * 100:N1} %"));
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }

    private string Row(string state, ProcessSample before, ProcessSample after)
    {
        var resident = (double)(after.ResidentBytes - before.ResidentBytes) / connections;
        var managed = (double)(after.ManagedBytes - before.ManagedBytes) / connections;
        return string.Create(CultureInfo.InvariantCulture, $"| {state} | {resident:N0} | {managed:N0} | ≤ 8192 | {(resident <= 8192 ? "met" : "*missed*")} |");
    }

    /// <summary>Waits first, so that memory of the burst is released as in an idle server.</summary>
    private async Task<ProcessSample> SampleAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        await Task.Delay(idle, cancellationToken);
        await server.SampleAsync(collect: true);
        await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        return await server.SampleAsync();
    }

    private static async Task<List<Socket>> ConnectAsync(IPEndPoint address, int count, CancellationToken cancellationToken)
    {
        var sockets = new List<Socket>(count);
        try
        {
            while (sockets.Count < count)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                sockets.Add(socket);
                await socket.ConnectAsync(address, cancellationToken);
            }

            return sockets;
        }
        catch (SocketException error)
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw new InvalidOperationException($"connection {sockets.Count} of {count} failed: {error.Message}; each needs a file descriptor in both processes (ulimit -n)", error);
        }
    }

    /// <summary>The bytes of a real call, repeated on each connection.</summary>
    private static async Task CallAsync(List<Socket> sockets, WireSight sight, CancellationToken cancellationToken)
    {
        foreach (var part in sockets.Chunk(AtATime))
        {
            await Task.WhenAll(part.Select(socket => CallAsync(socket, sight, cancellationToken)));
        }
    }

    private static async Task CallAsync(Socket socket, WireSight sight, CancellationToken cancellationToken)
    {
        await socket.SendAsync(sight.FirstRequest, cancellationToken);
        var buffer = new byte[sight.FirstReply.Length];
        for (var received = 0; received < buffer.Length;)
        {
            var bytes = await socket.ReceiveAsync(buffer.AsMemory(received), cancellationToken);
            received += bytes > 0 ? bytes : throw new IOException("the server closed a connection");
        }
    }
}
