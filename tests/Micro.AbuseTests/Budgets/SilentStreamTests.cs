using System.Net;
using System.Text;

namespace Micro.AbuseTests.Budgets;

/// <summary>One small client that opens as many streams as it can and says nothing: S29.</summary>
public sealed class SilentStreamTests
{
    private const int Connections = 101;
    private const int StreamsPerConnection = 100;

    /// <summary>The share of one peer: a quarter of the 10,000 streams of a server.</summary>
    private const int Share = 2500;

    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task SilentStreams_OverMucp_TakeNothingFromOthers_AndEnd_S29()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        await bystander.CallAsync();
        var sockets = new List<RawSocket>();
        try
        {
            for (var connection = 0; connection < Connections; connection++)
            {
                var socket = await RawSocket.ConnectAsync(server.Address, Attacker);
                sockets.Add(socket);
                var frames = new StringBuilder();
                for (var stream = 0; stream < StreamsPerConnection; stream++)
                {
                    frames.Append($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Id: {stream}\r\nMicro-Endpoint: Faults.Echo\r\nMicro-Stream: s{stream}\r\nContent-Length: 0\r\n\r\n");
                }

                await socket.SendAsync(frames.ToString());
            }

            var failures = await bystander.CallManyAsync(700);
            FaultTable.Check("S29", "calls of a bystander failed, 10,100 silent streams, mucp", $"{failures.Count} of 700", "0", failures.Count == 0, failures is [var first, ..] ? first.Message : "");
            (await bystander.StreamAsync()).Should().BeTrue("streams of others have room");

            // Each stream ends: the refused at once, the others when their first message is overdue.
            var ends = await Task.WhenAll(sockets.Select(static socket => ReadEndsAsync(socket)));
            var overdue = ends.Sum(static end => end.Overdue);
            var refused = ends.Sum(static end => end.Refused);
            FaultTable.Check("S29", "silent streams of one peer that were open, mucp", $"{overdue}", $"<= {Share}", overdue is > 0 and <= Share);
            (overdue + refused).Should().Be(Connections * StreamsPerConnection, "all streams have ended");
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task SilentStreams_OverGrpc_TakeNothingFromOthers_AndEnd_S29()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address, "grpc");
        await bystander.CallAsync();
        var sockets = new List<Http2Socket>();
        try
        {
            for (var connection = 0; connection < Connections; connection++)
            {
                var socket = await Http2Socket.ConnectAsync(server.Address, Attacker);
                sockets.Add(socket);
                for (var stream = 0; stream < StreamsPerConnection; stream++)
                {
                    await socket.SendHeadersAsync((2 * stream) + 1, Http2Socket.CallHeaders("/faults.Faults/Echo"));
                }
            }

            var failures = await bystander.CallManyAsync(700);
            FaultTable.Check("S29", "calls of a bystander failed, 10,100 silent streams, gRPC", $"{failures.Count} of 700", "0", failures.Count == 0, failures is [var first, ..] ? first.Message : "");
            (await bystander.StreamAsync()).Should().BeTrue("streams of others have room");

            var statuses = (await Task.WhenAll(sockets.Select(static socket => ReadStatusesAsync(socket)))).SelectMany(static all => all).CountBy(static status => status).ToDictionary();
            var overdue = statuses.GetValueOrDefault("4");
            FaultTable.Check("S29", "silent streams of one peer that were open, gRPC", $"{overdue}", $"<= {Share}", overdue is > 0 and <= Share, string.Join(' ', statuses));
            statuses.Values.Sum().Should().Be(Connections * StreamsPerConnection, "all streams have ended");
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }

    private static async Task<(int Overdue, int Refused)> ReadEndsAsync(RawSocket socket)
    {
        var (overdue, refused) = (0, 0);
        while (overdue + refused < StreamsPerConnection && await socket.ReadAsync(40) is { } reply)
        {
            var error = reply.Headers.FirstOrDefault(static header => header.Key == "Micro-Error").Value ?? "";
            overdue += error.Contains("\"code\":408", StringComparison.Ordinal) ? 1 : 0;
            refused += error.Contains("\"code\":503", StringComparison.Ordinal) ? 1 : 0;
        }

        return (overdue, refused);
    }

    private static async Task<IReadOnlyList<string>> ReadStatusesAsync(Http2Socket socket)
    {
        var statuses = new List<string>();
        while (statuses.Count < StreamsPerConnection && await socket.ReadAsync(40) is { } frame)
        {
            await socket.AcknowledgeAsync(frame);
            if (frame.Block.FirstOrDefault(static header => header.Name == "grpc-status").Value is { } status)
            {
                statuses.Add(status);
            }
        }

        return statuses;
    }
}
