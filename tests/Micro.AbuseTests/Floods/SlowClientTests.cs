using System.Net;
using System.Text;

namespace Micro.AbuseTests.Floods;

/// <summary>Clients that are slow, or silent: S14, S15.</summary>
[Collection(UndisturbedRows.Name)]
public sealed class SlowClientTests
{
    private const int Clients = 500;
    private const string RequestHead = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Endpoint: Faults.Ask\r\n";
    private static readonly TimeSpan TimeUntilClosed = TimeSpan.FromSeconds(15);
    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.2");

    [Theory]
    [InlineData("a head that comes byte by byte")]
    [InlineData("a body that comes byte by byte")]
    [InlineData("a body that does not come")]
    [InlineData("an HTTP/2 preface that stops")]
    public async Task SlowClients_AreClosed_S14(string kind)
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        var times = Array.Empty<TimeSpan>();

        var harm = await Harm.OfAsync(server, bystander, async () =>
            times = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => TimeUntilClosedAsync(server.Address, kind))));

        var longest = times.Max();
        FaultTable.Check("S14", $"500 clients closed, {kind}", $"{longest.TotalSeconds:F1} s", "<= 15 s", longest <= TimeUntilClosed);
        harm.Check("S14", $"500 clients, {kind}", 32);
    }

    [Fact]
    public async Task IdleConnections_TakeLittle_S15()
    {
        var count = AbuseProfile.Pick(2000, 10_000);
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        var sockets = new List<RawSocket>();
        try
        {
            var harm = await Harm.OfAsync(server, bystander, async () =>
            {
                while (sockets.Count < count)
                {
                    var socket = await RawSocket.ConnectAsync(server.Address, Attacker);
                    sockets.Add(socket);
                    await socket.SendRequestAsync("Faults.Ask", "{}");
                    (await socket.ReadAsync())!.Error.Should().BeNull();
                }
            });

            var each = harm.GrownBytes / count;
            FaultTable.Check("S15", $"memory of each of {count:N0} idle connections, mucp", $"{each / 1024} KiB", "<= 20 KiB", each <= 20 * 1024);
            sockets.Should().AllSatisfy(static socket => socket.IsReadable.Should().BeFalse("it is open"));
            harm.Failures.Should().BeEmpty();
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }
    }

    /// <summary>Sends one byte in 500 ms, or none, until the server closes.</summary>
    private static async Task<TimeSpan> TimeUntilClosedAsync(string address, string kind)
    {
        using var socket = await RawSocket.ConnectAsync(address, Attacker);
        await socket.SendAsync(kind switch
        {
            "a head that comes byte by byte" => RequestHead,
            "an HTTP/2 preface that stops" => Http2Socket.Preface[..10],
            _ => $"{RequestHead}Content-Length: 10000\r\n\r\n{{",
        });
        var began = TimeProvider.System.GetTimestamp();
        using var stop = new CancellationTokenSource();
        var dripping = kind.EndsWith("byte by byte", StringComparison.Ordinal) ? DripAsync(socket, stop.Token) : Task.CompletedTask;
        await socket.ReadToEndAsync(60);
        var time = TimeProvider.System.GetElapsedTime(began);
        await stop.CancelAsync();
        await dripping;
        return time;
    }

    private static async Task DripAsync(RawSocket socket, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, stop);
                await socket.SendAsync(Encoding.ASCII.GetBytes("x"));
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // The server has closed.
        }
    }
}
