using System.Net;
using System.Text;
using Micro.Testing;

namespace Micro.AbuseTests.Budgets;

/// <summary>Clients that make a server hold as many bytes as they can: S30.</summary>
public sealed class HeldBytesTests
{
    private const int MegaByte = 1024 * 1024;

    /// <summary>The room for requests by default, and 16 MB.</summary>
    private const long Bound = (256L + 16) * MegaByte;

    /// <summary>The room of one peer; arrays that pools keep for the next messages are up to twice as large as these.</summary>
    private const long KeptByPools = 2 * 32L * MegaByte;

    private static readonly IPAddress Attacker = IPAddress.Parse("127.0.0.2");
    private static readonly byte[] LargeBody = Encoding.ASCII.GetBytes($"{{\"text\":\"{new string('x', MegaByte)}\"}}");

    [Fact]
    public async Task Backlogs_OfManyStreams_StayWithinTheRoom_S30()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        await bystander.CallAsync();
        var before = await server.ResidentBytesAsync();
        using var socket = await RawSocket.ConnectAsync(server.Address, Attacker);
        for (var stream = 0; stream < 24; stream++)
        {
            await socket.SendAsync(Frame(stream, []));
        }

        await SendUntilStuckAsync(async () =>
        {
            for (var message = 0; message < 16; message++)
            {
                for (var stream = 0; stream < 24; stream++)
                {
                    await socket.SendAsync(Frame(stream, LargeBody));
                }
            }
        });

        await CheckAsync(server, bystander, before, "24 streams whose handlers read late, mucp");
        socket.Dispose();
        await CheckReturnedAsync(server, "24 streams, mucp");

        static byte[] Frame(int stream, byte[] body) =>
        [
            .. Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Id: 1\r\nMicro-Endpoint: Faults.Stall\r\nMicro-Stream: s{stream}\r\nContent-Length: {body.Length}\r\n\r\n"),
            .. body,
        ];
    }

    [Fact]
    public async Task UnfinishedMessages_OfManyRequests_StayWithinTheRoom_S30()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        await bystander.CallAsync();
        var before = await server.ResidentBytesAsync();
        using var socket = await Http2Socket.ConnectAsync(server.Address, Attacker);
        var windows = new SendWindows(socket);
        var reading = windows.ReadAsync();
        for (var stream = 1; stream < 200; stream += 2)
        {
            await socket.SendHeadersAsync(stream, Http2Socket.CallHeaders("/faults.Faults/Ask", ("content-type", "application/grpc+json")));
        }

        // Each announces 4 MB and leaves the last byte out.
        await SendUntilStuckAsync(async () =>
        {
            foreach (var part in Enumerable.Range(0, 256))
            {
                for (var stream = 1; stream < 200; stream += 2)
                {
                    var data = new byte[(16 * 1024) - (part == 255 ? 1 : 0)];
                    if (part == 0)
                    {
                        data[2] = 0x40;
                        data[1] = 0x00;
                    }

                    await windows.SendAsync(stream, data);
                }
            }
        });

        await CheckAsync(server, bystander, before, "100 unfinished messages on a connection, gRPC");
        socket.Dispose();
        await reading;
        await CheckReturnedAsync(server, "100 unfinished messages, gRPC");
    }

    [Fact]
    public async Task BodiesThatStall_OnManyConnections_StayWithinTheRoom_AndAreCut_S30()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        await bystander.CallAsync();
        var before = await server.ResidentBytesAsync();
        var sockets = new List<RawSocket>();
        try
        {
            var part = new byte[4_000_000];
            var sending = new List<Task>();
            for (var connection = 0; connection < 60; connection++)
            {
                var socket = await RawSocket.ConnectAsync(server.Address, Attacker);
                sockets.Add(socket);
                await socket.SendAsync($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nMicro-Endpoint: Faults.Ask\r\nContent-Length: {4 * MegaByte}\r\n\r\n");
                sending.Add(SendQuietlyAsync(socket, part));
            }

            await SendUntilStuckAsync(() => Task.WhenAll(sending));
            await CheckAsync(server, bystander, before, "60 bodies of 4 MB that stall, mucp");
            await Eventually.TrueAsync(() => sockets.Count(static socket => socket.IsReadable) >= 8, "those that had room are cut", 20);
        }
        finally
        {
            sockets.ForEach(static socket => socket.Dispose());
        }

        await CheckReturnedAsync(server, "60 bodies that stall, mucp");
    }

    [Fact]
    public async Task Answers_ThatNobodyTakes_StayWithinTheRoom_S30()
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address);
        await bystander.CallAsync();
        var before = await server.ResidentBytesAsync();
        var readers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => SlowReader.ConnectAsync(server.Address, Attacker, "Faults.Ask")));
        try
        {
            await SendUntilStuckAsync(() => Task.WhenAll(readers.Select(static reader => reader.AskUntilClosedAsync())), seconds: 15);
            await CheckAsync(server, bystander, before, "200 clients of one address that take no answer, mucp");
        }
        finally
        {
            Array.ForEach(readers, static reader => reader.Dispose());
        }

        await CheckReturnedAsync(server, "200 clients that take no answer, mucp");
    }

    [Theory]
    [InlineData("mucp")]
    [InlineData("grpc")]
    public async Task LargeRequests_InParallel_AllSucceed_S30(string protocol)
    {
        await using var server = await AttackedServer.StartAsync();
        await using var bystander = Bystander.Create(server.Address, protocol);
        await bystander.CallAsync();
        var before = await server.ResidentBytesAsync();

        var calls = Enumerable.Range(0, 100).Select(_ => bystander.CallAsync("Faults.Slow", (4 * MegaByte) - 100)).ToList();
        var all = Task.WhenAll(calls);
        var peak = before;
        while (await Task.WhenAny(all, Wait.ForAsync(0.1)) != all)
        {
            peak = Math.Max(peak, await server.ResidentBytesWithFreeAsync());
        }

        (await all).Should().AllSatisfy(static length => length.Should().Be((4 * MegaByte) - 100));

        var held = (peak - before) / MegaByte;
        FaultTable.Check("S30", $"memory at 100 x 4 MB in parallel, {protocol}", $"{held} MB", "<= 2 x 400 MB in flight", held <= 2 * 400);
    }

    [Fact]
    public async Task LargeRequests_ThatFillAllWindowsFirst_AllSucceed_S30()
    {
        const int Part = 16 * 1024;
        const int Parts = 256;
        await using var server = await AttackedServer.StartAsync();
        using var socket = await Http2Socket.ConnectAsync(server.Address, Attacker);
        var windows = new SendWindows(socket);
        var reading = windows.ReadAsync();
        for (var stream = 1; stream < 200; stream += 2)
        {
            await socket.SendHeadersAsync(stream, Http2Socket.CallHeaders("/faults.Faults/Ask", ("content-type", "application/grpc+json")));
        }

        // Nothing more of any is sent before each has sent what it may.
        var sent = new int[200];
        for (var progress = true; progress || windows.Statuses.Count < 100;)
        {
            progress = false;
            for (var stream = 1; stream < 200; stream += 2)
            {
                while (sent[stream] < Parts && await windows.TrySendAsync(stream, PartOf(sent[stream]), end: sent[stream] == Parts - 1))
                {
                    sent[stream]++;
                    progress = true;
                }
            }

            if (!progress)
            {
                await windows.WaitAsync();
                windows.Statuses.ToArray().Should().AllBe("0");
            }
        }

        windows.Statuses.Should().HaveCount(100).And.AllBe("0");
        socket.Dispose();
        await reading;

        // 4 MB and the prefix of the message.
        static byte[] PartOf(int number)
        {
            var part = Enumerable.Repeat((byte)' ', Part).ToArray();
            byte[] start = [0, 0, 0x3f, 0xff, 0xfb, .. "{}"u8];
            if (number == 0)
            {
                start.CopyTo(part, 0);
            }

            return part;
        }
    }

    private static async Task CheckAsync(AttackedServer server, Bystander bystander, long before, string attack)
    {
        var grown = await server.ResidentBytesAsync() - before;
        FaultTable.Check("S30", $"memory, {attack}", $"{grown / MegaByte} MB", "<= 256 MB + 16 MB", grown <= Bound);
        var failures = await bystander.CallManyAsync(100);
        FaultTable.Check("S30", $"calls of a bystander failed, {attack}", $"{failures.Count} of 100", "0", failures.Count == 0, failures is [var first, ..] ? first.Message : "");
        (await bystander.CallAsync("Faults.Slow", 4 * MegaByte - 100)).Should().Be(4 * MegaByte - 100, "a large request of another peer has room");
    }

    private static async Task CheckReturnedAsync(AttackedServer server, string attack)
    {
        var heap = 0L;
        var time = await Wait.UntilAsync(async () => (heap = await server.HeapBytesAsync()) <= KeptByPools, () => $"the heap is small again: {heap / MegaByte} MB", 10);
        FaultTable.Check("S30", $"memory given back, {attack}", $"{time.TotalSeconds:F1} s", "<= 10 s, but 64 MB in pools", time <= TimeSpan.FromSeconds(10));
    }

    /// <summary>Sends until all is sent, or the other side takes no more.</summary>
    private static async Task SendUntilStuckAsync(Func<Task> send, double seconds = 5)
    {
        var sending = Task.Run(send);
        await Task.WhenAny(sending, Wait.ForAsync(seconds));
        _ = sending.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private static async Task SendQuietlyAsync(RawSocket socket, byte[] bytes)
    {
        try
        {
            await socket.SendAsync(bytes);
        }
        catch (IOException)
        {
            // Cut meanwhile.
        }
    }
}
