using System.Buffers;
using System.IO.Pipelines;

namespace Micro.Server.Listening;

/// <summary>
/// Stands before the output of an HTTP/2 connection. Kestrel flushes every answer by itself, and a flush of ours is a system
/// call: the write is queued instead and takes along whatever is there by then. Where that has been one flush several times
/// in a row nobody gains by waiting, and flushes write by themselves until a queued one in between finds company again.
/// </summary>
internal sealed class Http2Output : IDuplexPipe
{
    /// <summary>Bytes that wait before answers have to.</summary>
    private const int MostWaiting = 64 * 1024;

    /// <summary>Queued writes of one flush each after which flushes write by themselves.</summary>
    private const int AloneAfter = 4;

    /// <summary>The number of direct flushes after which one is queued, to find out whether other writes join it.</summary>
    private const int LookAfter = 16;

    private readonly PipeWriter _output;
    private readonly Action<bool> _sending;
    private readonly Pipe _waiting;
    private readonly Task _pump;
    private int _flushesSeen;
    private int _writesAlone;
    private int _flushesAlone;
    private bool _isQueued;
    private readonly Lock _gate = new();
    private long _sent;
    private long _awaited;
    private TaskCompletionSource? _reached;

    /// <param name="transport">The connection's own pipes.</param>
    /// <param name="sending">Told when bytes wait for the client to take them, and when they no longer do.</param>
    public Http2Output(IDuplexPipe transport, Action<bool> sending)
    {
        _sending = sending;
        Input = transport.Input;
        _output = transport.Output;
        _waiting = new Pipe(new PipeOptions(
            readerScheduler: new Scheduler(this),
            writerScheduler: PipeScheduler.ThreadPool,
            pauseWriterThreshold: MostWaiting,
            resumeWriterThreshold: MostWaiting / 2,
            useSynchronizationContext: false));
        Output = new CountingWriter(_waiting.Writer);
        _pump = PumpAsync();
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    /// <summary>Ends when all that was flushed is written, or the connection is broken.</summary>
    public async Task CompleteAsync()
    {
        await _waiting.Writer.CompleteAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    /// <summary>Ends when all that has been flushed so far is written, or the connection is broken.</summary>
    public Task FlushedAsync()
    {
        lock (_gate)
        {
            _awaited = ((CountingWriter)Output).FlushedBytes;
            _reached ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _sent >= _awaited ? Task.CompletedTask : Task.WhenAny(_reached.Task, _pump);
        }
    }

    private void CountSent(long bytes)
    {
        lock (_gate)
        {
            _sent += bytes;
            if (_sent >= _awaited)
            {
                _reached?.TrySetResult();
            }
        }
    }

    private async Task PumpAsync()
    {
        try
        {
            while (true)
            {
                var result = await _waiting.Reader.ReadAsync().ConfigureAwait(false);
                Look();
                var isOpen = await WriteAsync(result.Buffer).ConfigureAwait(false);
                var length = result.Buffer.Length;
                _waiting.Reader.AdvanceTo(result.Buffer.End);
                CountSent(length);
                if (result.IsCompleted || !isOpen)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The peer is gone, which the reader of the connection finds too and tells. Kestrel's writer must not see the exception:
            // its loop would die of it and leave the handlers that write to it waiting for ever.
        }
        finally
        {
            await _waiting.Reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Counts what a queued write takes along.</summary>
    private void Look()
    {
        var flushes = ((CountingWriter)Output).Flushes;
        var taken = flushes - _flushesSeen;
        _flushesSeen = flushes;
        if (taken > 1)
        {
            _writesAlone = 0;
        }
        else if (_isQueued && _writesAlone < AloneAfter)
        {
            _writesAlone++;
        }
    }

    /// <summary>In one piece, which makes it one system call.</summary>
    private async ValueTask<bool> WriteAsync(ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return true;
        }

        var length = (int)Math.Min(bytes.Length, MostWaiting);
        bytes.Slice(0, length).CopyTo(_output.GetSpan(length));
        _output.Advance(length);
        if (length < bytes.Length)
        {
            foreach (var segment in bytes.Slice(length))
            {
                _output.Write(segment.Span);
            }
        }

        var flushing = _output.FlushAsync();
        if (flushing.IsCompleted)
        {
            return !(await flushing.ConfigureAwait(false)).IsCompleted;
        }

        _sending(true);
        try
        {
            return !(await flushing.ConfigureAwait(false)).IsCompleted;
        }
        finally
        {
            _sending(false);
        }
    }

    /// <summary>Runs the pump; the pipe never asks for it again before it has run.</summary>
    private sealed class Scheduler(Http2Output owner) : PipeScheduler
    {
        public override void Schedule(Action<object?> action, object? state)
        {
            owner._isQueued = owner._writesAlone < AloneAfter || ++owner._flushesAlone % LookAfter == 0;
            if (owner._isQueued)
            {
                System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
            }
            else
            {
                action(state);
            }
        }
    }

    private sealed class CountingWriter(PipeWriter writer) : PipeWriter
    {
        private int _flushes;
        private long _writtenBytes;
        private long _flushedBytes;

        public int Flushes => Volatile.Read(ref _flushes);

        public long FlushedBytes => Volatile.Read(ref _flushedBytes);

        public override bool CanGetUnflushedBytes => writer.CanGetUnflushedBytes;

        public override long UnflushedBytes => writer.UnflushedBytes;

        public override void Advance(int bytes)
        {
            _writtenBytes += bytes;
            writer.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);

        public override void CancelPendingFlush() => writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => writer.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            Volatile.Write(ref _flushes, _flushes + 1); // a pipe has one writer
            Volatile.Write(ref _flushedBytes, _writtenBytes);
            return writer.FlushAsync(cancellationToken);
        }
    }
}
