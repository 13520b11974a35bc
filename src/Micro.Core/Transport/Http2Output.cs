using System.Buffers;
using System.IO.Pipelines;

namespace Micro.Transport;

/// <summary>
/// Stands before the output of an HTTP/2 connection. Kestrel flushes every answer by itself, and a flush of ours is a system
/// call: with many calls running one write takes along whatever is there by then; a lone call's answer is written at once.
/// </summary>
internal sealed class Http2Output : IDuplexPipe
{
    /// <summary>Bytes that wait before answers have to.</summary>
    private const int MostWaiting = 64 * 1024;

    private readonly PipeWriter _output;
    private readonly Pipe _waiting;
    private readonly Task _pump;

    /// <param name="transport">The connection's own pipes.</param>
    /// <param name="isBusy">Whether several calls run, of which others may soon have an answer as well.</param>
    public Http2Output(IDuplexPipe transport, Func<bool> isBusy)
    {
        Input = transport.Input;
        _output = transport.Output;
        _waiting = new Pipe(new PipeOptions(
            readerScheduler: new Scheduler(isBusy),
            writerScheduler: PipeScheduler.ThreadPool,
            pauseWriterThreshold: MostWaiting,
            resumeWriterThreshold: MostWaiting / 2,
            useSynchronizationContext: false));
        _pump = PumpAsync();
    }

    public PipeReader Input { get; }

    public PipeWriter Output => _waiting.Writer;

    /// <summary>Ends when all that was flushed is written, or the connection is broken.</summary>
    public async Task CompleteAsync()
    {
        await _waiting.Writer.CompleteAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
    }

    private async Task PumpAsync()
    {
        Exception? failure = null;
        try
        {
            while (true)
            {
                var result = await _waiting.Reader.ReadAsync().ConfigureAwait(false);
                var isOpen = await WriteAsync(result.Buffer).ConfigureAwait(false);
                _waiting.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted || !isOpen)
                {
                    break;
                }
            }
        }
        catch (Exception exception)
        {
            failure = exception; // the writer's next flush throws it
        }

        await _waiting.Reader.CompleteAsync(failure).ConfigureAwait(false);
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

        return !(await _output.FlushAsync().ConfigureAwait(false)).IsCompleted;
    }

    private sealed class Scheduler(Func<bool> isBusy) : PipeScheduler
    {
        public override void Schedule(Action<object?> action, object? state)
        {
            if (isBusy())
            {
                System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
            }
            else
            {
                action(state);
            }
        }
    }
}
