using System.Buffers.Binary;
using Micro.Testing;

namespace Micro.Transport.Grpc.Tests.Server;

/// <summary>Tests that a stop at its time limit aborts running calls, but not pending replies (R11).</summary>
public sealed class ReplyAtStopTests
{
    private const int ReplyLength = 16 * 1024 * 1024;
    private const uint Window = 64 * 1024 * 1024;

    [Fact]
    public async Task Stop_AnotherCallNeverEnds_PendingReplyArrivesCompletely_R11()
    {
        var time = new ManualTimeProvider();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var fixture = await GrpcServerFixture.StartAsync(
            options =>
            {
                options.Limits.MaxMessageBytes = 2 * ReplyLength;
                options.ShutdownTimeout = TimeSpan.FromSeconds(5);
                options.TimeProvider = time;
            },
            server =>
            {
                server.Handle<int, string>("Test.Big", (_, _) => Task.FromResult(new string('x', ReplyLength)));
                server.Handle<int, int>("Test.Hang", async (number, _) =>
                {
                    await gate.Task;
                    return number;
                });
            });
        using var socket = await Http2Socket.ConnectAsync(fixture.Address, (4, Window));
        await socket.SendAsync(Http2Frame.WindowUpdate, 0, 0, WindowUpdate(Window));
        await SendAsync(socket, 1, "/greeter.Test/Hang");
        await fixture.Running();
        await SendAsync(socket, 3, "/greeter.Test/Big");
        await ReadUntilDataAsync(socket);

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
        var answer = await socket.ReadAnswerAsync(3);

        (answer.GrpcStatus, answer.IsClosed, answer.ResetCode).Should().Be(("0", false, null), answer.ToString());
        answer.Body.Count.Should().BeGreaterThan(ReplyLength - Http2FrameSize);
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return stopping.IsCompleted;
            },
            "the server stops");
        gate.SetResult();
    }

    private const int Http2FrameSize = 16 * 1024;

    private static async Task SendAsync(Http2Socket socket, int stream, string path)
    {
        await socket.SendHeadersAsync(stream, Http2Socket.CallHeaders(path, ("content-type", "application/grpc+json")));
        await socket.SendDataAsync(stream, RawServer.Frame(0, "1"u8.ToArray()), end: true);
    }

    /// <summary>Waits for the first part of the reply, so that the handler has returned it.</summary>
    private static async Task ReadUntilDataAsync(Http2Socket socket)
    {
        while (await socket.ReadAsync() is { Type: not Http2Frame.Data })
        {
        }
    }

    private static byte[] WindowUpdate(uint size)
    {
        var payload = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, size);
        return payload;
    }
}
