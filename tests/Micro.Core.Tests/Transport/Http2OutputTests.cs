using System.IO.Pipelines;
using Micro.Transport;

namespace Micro.Core.Tests.Transport;

public sealed class Http2OutputTests
{
    [Fact]
    public async Task FlushAsync_OneCallRuns_WrittenAtOnce()
    {
        var wire = new Wire();
        var output = new Http2Output(wire, () => false);

        await output.Output.WriteAsync(new byte[] { 1 });
        await output.Output.WriteAsync(new byte[] { 2 });

        wire.Writes.Should().HaveCount(2);
        await output.CompleteAsync();
    }

    [Fact]
    public async Task FlushAsync_SeveralCallsRunAndTheWireIsSlow_OneWriteForWhatWaits()
    {
        var wire = new Wire();
        var output = new Http2Output(wire, () => true);
        wire.Hold();
        await output.Output.WriteAsync(new byte[] { 1 });
        await wire.Writing;
        foreach (var number in new byte[] { 2, 3, 4 })
        {
            await output.Output.WriteAsync(new[] { number });
        }

        wire.Release();
        await output.CompleteAsync();

        wire.Writes.Should().HaveCount(2);
        wire.Writes[1].Should().Equal(2, 3, 4);
    }

    [Fact]
    public async Task FlushAsync_PeerDoesNotRead_WaitsAtTheLimit()
    {
        var wire = new Wire();
        var output = new Http2Output(wire, () => false);
        wire.Hold();

        var flush = output.Output.WriteAsync(new byte[100_000]);

        flush.IsCompleted.Should().BeFalse("more than 64 KiB wait");
        wire.Release();
        await flush;
        await output.CompleteAsync();
        wire.Writes.Sum(write => write.Length).Should().Be(100_000);
    }

    [Fact]
    public async Task FlushAsync_ConnectionLost_Thrown()
    {
        var wire = new Wire { Failure = new IOException("lost") };
        var output = new Http2Output(wire, () => false);
        await output.Output.WriteAsync(new byte[] { 1 });

        await FluentActions.Awaiting(() => output.Output.WriteAsync(new byte[] { 2 }).AsTask()).Should().ThrowAsync<IOException>().WithMessage("lost");
        await output.CompleteAsync();
    }

    /// <summary>Keeps what is written, and may be slow about it.</summary>
    private sealed class Wire : Stream, IDuplexPipe
    {
        private TaskCompletionSource _open = new();
        private readonly TaskCompletionSource _writing = new();

        public Wire()
        {
            Release();
            Output = PipeWriter.Create(this);
        }

        public List<byte[]> Writes { get; } = [];

        public Exception? Failure { get; set; }

        public Task Writing => _writing.Task;

        public PipeReader Input { get; } = PipeReader.Create(Null);

        public PipeWriter Output { get; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => 0;

        public override long Position { get; set; }

        public void Hold() => _open = new TaskCompletionSource();

        public void Release() => _open.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            Writes.Add(buffer.ToArray());
            _writing.TrySetResult();
            await _open.Task;
        }

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => 0;

        public override long Seek(long offset, SeekOrigin origin) => 0;

        public override void SetLength(long value)
        {
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
