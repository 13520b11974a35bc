using Micro.Testing;
using Micro.Transport.Grpc.Client;

namespace Micro.Transport.Grpc.Tests.Client;

/// <summary>Tests the end of a connection as the HTTP/2 handler sees it.</summary>
public sealed class NodeConnectionTests
{
    [Fact]
    public async Task WriteAsync_Fails_ThrowsOnlyAfterAllBytesOfThePeerAreRead()
    {
        var peer = new EndingPeer();
        await using var connection = new NodeConnection(peer, null!, watch: null, TimeProvider.System);
        var buffer = new byte[16];
        var read = connection.ReadAsync(buffer);

        var write = connection.WriteAsync(buffer).AsTask();
        peer.Says(8);

        (await read).Should().Be(8);
        write.IsCompleted.Should().BeFalse("the peer may have said more");
        var end = connection.ReadAsync(buffer);
        peer.Says(0);
        (await end).Should().Be(0);
        await write.Awaiting(static task => task).Should().ThrowAsync<IOException>().WithMessage("*Broken pipe*");
    }

    [Fact]
    public async Task WriteAsync_FailsAndNothingIsRead_ThrowsAtTheEnd()
    {
        var time = new ManualTimeProvider();
        await using var connection = new NodeConnection(new EndingPeer(), null!, watch: null, time);

        var write = connection.WriteAsync(new byte[16]).AsTask();
        time.Advance(TimeSpan.FromSeconds(1));

        await write.Awaiting(static task => task.WaitAsync(TimeSpan.FromSeconds(60))).Should().ThrowAsync<IOException>().WithMessage("*Broken pipe*");
    }

    /// <summary>A peer that has stopped reading, and sends scripted bytes.</summary>
    private sealed class EndingPeer : ConnectionStream
    {
        private TaskCompletionSource<int> _said = new();

        public void Says(int count)
        {
            var said = _said;
            _said = new TaskCompletionSource<int>();
            said.SetResult(count);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(_said.Task);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException(new IOException("Broken pipe"));
    }
}
