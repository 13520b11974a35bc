using Micro.Testing;

namespace Micro.Server;

/// <summary>Tests that a stop at its time limit aborts running calls, but not pending replies (R11).</summary>
public sealed class ReplyAtStopTests
{
    private const int ReplyLength = 16 * 1024 * 1024;

    [Fact]
    public async Task Stop_AnotherCallNeverEnds_PendingReplyArrivesCompletely_R11()
    {
        var time = new ManualTimeProvider();
        ServerFixture? made = null;
        await using var fixture = await ServerFixture.StartAsync(
            server =>
            {
                server.Handle<int, string>("Test.Big", (_, _) => Task.FromResult(new string('x', ReplyLength)));
                server.Handle<int, int>("Test.Hang", async (number, _) =>
                {
                    await made!.Gate.Task;
                    return number;
                });
            },
            options =>
            {
                options.Limits.MaxMessageBytes = 2 * ReplyLength;
                options.ShutdownTimeout = TimeSpan.FromSeconds(5);
                options.TimeProvider = time;
            },
            fixture => made = fixture);
        using var socket = await fixture.ConnectAsync();
        await socket.SendRequestAsync("Test.Hang", "1", "Micro-Id: 1\r\nMicro-Mux: 0\r\n");
        await fixture.Running();
        await socket.SendRequestAsync("Test.Big", "1", "Micro-Id: 2\r\n");
        await Eventually.TrueAsync(() => socket.IsReadable, "the reply begins to arrive");

        // The client reads nothing until the server has cancelled running calls and waited for them.
        var stopping = fixture.Server.StopAsync();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return fixture.Logs.Entries.Any(entry => entry.Id.Name == "CallsCancelled");
            },
            "patience ends");
        time.Advance(TimeSpan.FromSeconds(1));
        var reply = await socket.ReadAsync();

        (reply?["Micro-Id"], reply?.Text.Length).Should().Be(("2", ReplyLength + "\"\"\n".Length));
        (await socket.ReadAsync()).Should().BeNull("the connection ends in good order");
        await AdvanceUntilAsync(time, stopping);
        fixture.Gate.SetResult();
    }

    private static Task AdvanceUntilAsync(ManualTimeProvider time, Task stopping) => Eventually.TrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return stopping.IsCompleted;
        },
        "the server stops");
}
