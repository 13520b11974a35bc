using System.Net;

namespace Micro.AbuseTests.Floods;

/// <summary>Clients that ask and do not take the answers: S14.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class SlowReaderTests
{
    private const int Clients = 500;
    private const ushort InitialWindowSize = 4;
    private static readonly TimeSpan TimeUntilClosed = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Connections_OverGrpc_AreClosed_S14()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address, "grpc");
        var times = Array.Empty<TimeSpan>();

        var harm = await Harm.OfAsync(server, bystander, async () => times = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using var socket = await Http2Socket.ConnectAsync(server.Address, IPAddress.Parse("127.0.0.2"), (InitialWindowSize, 0));
            await socket.SendHeadersAsync(1, Http2Socket.CallHeaders("/faults.Faults/Ask", ("content-type", "application/grpc+json")));
            await socket.SendDataAsync(1, [0, 0, 0, 0, 2, .. "{}"u8], end: true);
            var began = TimeProvider.System.GetTimestamp();
            while (await socket.ReadAsync(60) is { } frame)
            {
                await socket.AcknowledgeAsync(frame);
            }

            return TimeProvider.System.GetElapsedTime(began);
        })));

        Check(harm, times, "500 clients that take no answer, gRPC", 48);
    }

    [Fact]
    public async Task Connections_OverMucp_AreClosed_S14()
    {
        var (harm, times) = await AskAsync(Clients, "Faults.Large");

        Check(harm, times, "500 clients that take no answer, mucp", 256 + 16);
    }

    /// <summary>They load the server with hundreds of thousands of requests first, so nothing is said of the time until they are closed.</summary>
    [Fact]
    public async Task Connections_ThatFloodOverMucp_AreClosedAndTakeBoundedMemory_S14()
    {
        var clients = AbuseProfile.Pick(100, Clients);
        var (harm, _) = await AskAsync(clients, "Faults.Ask");

        harm.Check("S14", $"{clients} clients that flood and take no answer, mucp", 256 + 16);
    }

    /// <summary>Asks until all clients are closed.</summary>
    private static async Task<(Harm Harm, TimeSpan[] Times)> AskAsync(int clients, string endpoint)
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        var times = Array.Empty<TimeSpan>();

        // Those of one address would wait for each other's room.
        var harm = await Harm.OfAsync(server, bystander, async () => times = await Task.WhenAll(Enumerable.Range(0, clients).Select(async client =>
        {
            using var reader = await SlowReader.ConnectAsync(server.Address, IPAddress.Parse($"127.0.0.{2 + (client % 20)}"), endpoint);
            return await reader.AskUntilClosedAsync();
        })));
        return (harm, times);
    }

    private static void Check(Harm harm, TimeSpan[] times, string attack, long mostMegaBytes)
    {
        var longest = times.Max();
        FaultTable.Check("S14", $"closed, {attack}", $"{longest.TotalSeconds:F1} s", "<= 15 s", longest <= TimeUntilClosed);
        harm.Check("S14", attack, mostMegaBytes);
    }
}
