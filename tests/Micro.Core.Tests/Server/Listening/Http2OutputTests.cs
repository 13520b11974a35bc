using System.IO.Pipelines;
using Micro.Testing;

namespace Micro.Server.Listening;

public sealed class Http2OutputTests
{
    [Fact]
    public async Task FlushAsync_AlwaysAlone_MostAreWrittenAtOnce()
    {
        var wire = new Wire();
        var output = new Http2Output(wire, static _ => { });
        var atOnce = 0;
        for (var number = 1; number <= 36; number++)
        {
            var flush = output.Output.WriteAsync(new byte[] { 1 });
            atOnce += wire.Count == number ? 1 : 0;
            await flush;
            await Eventually.TrueAsync(() => wire.Count == number, "it is written");
        }

        atOnce.Should().BeGreaterThanOrEqualTo(30, "the first four and every sixteenth afterwards are queued");
        await output.CompleteAsync();
    }

    [Fact]
    public async Task FlushAsync_WireIsSlow_OneWriteForWhatWaits()
    {
        var wire = new Wire();
        var output = new Http2Output(wire, static _ => { });
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
        var output = new Http2Output(wire, static _ => { });
        wire.Hold();

        var flush = output.Output.WriteAsync(new byte[100_000]);

        flush.IsCompleted.Should().BeFalse("more than 64 KiB wait");
        wire.Release();
        await flush;
        await output.CompleteAsync();
        wire.Writes.Sum(write => write.Length).Should().Be(100_000);
    }

    [Fact]
    public async Task FlushAsync_ConnectionLost_SaysThatNobodyReads()
    {
        var wire = new Wire { Failure = new IOException("lost") };
        var output = new Http2Output(wire, static _ => { });
        await output.Output.WriteAsync(new byte[] { 1 });

        await Eventually.TrueAsync(
            async () => (await output.Output.WriteAsync(new byte[] { 1 })).IsCompleted,
            "the writer hears that nobody reads, and no exception of the wire, of which Kestrel's loop would die");
        await output.CompleteAsync();
    }

    /// <summary>Keeps what is written, and may be slow about it.</summary>
    private sealed class Wire : Stream, IDuplexPipe
    {
        private readonly TaskCompletionSource _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Wire()
        {
            Release();
            Output = PipeWriter.Create(this);
        }

        public List<byte[]> Writes { get; } = [];

        public int Count => Volatile.Read(ref _count);

        public Exception? Failure { get; set; }

        public Task Writing => _writing.Task;

        public PipeReader Input { get; } = PipeReader.Create(Null);

        public PipeWriter Output { get; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => 0;

        public override long Position { get; set; }

        public void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _open.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            Writes.Add(buffer.ToArray());
            Interlocked.Increment(ref _count);
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
