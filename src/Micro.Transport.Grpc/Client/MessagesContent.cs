using System.Net;
using Micro.Basics;

namespace Micro.Transport.Grpc.Client;

/// <summary>
/// The messages of a stream, written while it runs. HTTP/2 resends a call that the server refused unprocessed, but the
/// library's own content can be sent only once. So messages are kept until the server has answered, up to a limit.
/// </summary>
/// <param name="life">Fires when the stream ends on this side.</param>
internal sealed class MessagesContent(CancellationToken life) : HttpContent
{
    private const int MaxKeptBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PooledBufferWriter? _kept = new();
    private Sending _sending = new();
    private bool _hasBegun;
    private volatile bool _isCommitted;

    /// <summary>Completes when the request's head is sent; never when the call fails before.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Gets whether any of the request can have left.</summary>
    public bool HasBegun => _opened.Task.IsCompleted;

    public void Complete() => _completed.TrySetResult();

    /// <summary>Records that the server has answered: nothing will be resent.</summary>
    public void Commit()
    {
        _isCommitted = true;
        lock (_gate)
        {
            _kept?.Dispose();
            _kept = null;
        }
    }

    /// <summary>Sends the messages that the gRPC library writes into its own content.</summary>
    /// <param name="source">The library's content.</param>
    /// <param name="exchange">The call: when it ends, sending does.</param>
    /// <param name="ended">Fires when the library ends the call.</param>
    public async Task TakeAsync(HttpContent source, Task exchange, CancellationToken ended)
    {
        await source.CopyToAsync(new MessageStream(this, exchange, ended), CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Complete(); // a failure is one of the call, which reports it
    }

    /// <summary>Sends a frame; one at a time. Waits while the server takes no more.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="response">The call: when it ends, sending does.</param>
    /// <param name="cancellationToken">Ends the wait; the stream is broken afterwards.</param>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frame, Task response, CancellationToken cancellationToken)
    {
        while (true)
        {
            var sending = Volatile.Read(ref _sending);
            var body = await sending.WaitAsync(response).ConfigureAwait(false);
            lock (_gate)
            {
                if (!ReferenceEquals(sending, _sending))
                {
                    continue; // resent meanwhile
                }

                Keep(frame.Span);
            }

            try
            {
                await body.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
                await body.FlushAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (IsServerEnd(exception) && !cancellationToken.IsCancellationRequested)
            {
                // Either the call has failed, or it is resent with this frame; the answer decides.
                var again = sending.Resend.Task;
                await Task.WhenAny(again, response).ConfigureAwait(false);
                if (!again.IsCompleted)
                {
                    throw;
                }

                await (await again.ConfigureAwait(false)).WaitAsync(response).ConfigureAwait(false);
                return;
            }
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var sending = Begin();
        try
        {
            await SendAsync(stream, sending, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !life.IsCancellationRequested && !_isCommitted)
        {
            // The server ended the stream before it answered. The handler reports the first failure it sees; without this
            // one, it reports the reset or resends.
            _opened.TrySetResult();
        }
        finally
        {
            sending.Ended.TrySetResult();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Commit();
    }

    private async Task SendAsync(Stream stream, Sending sending, CancellationToken cancellationToken)
    {
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        for (var sent = 0; ;)
        {
            byte[] rest;
            lock (_gate)
            {
                if (_kept is null || _kept.WrittenCount == sent)
                {
                    sending.Body.TrySetResult(stream);
                    break;
                }

                rest = _kept.WrittenSpan[sent..].ToArray();
            }

            await stream.WriteAsync(rest, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            sent += rest.Length;
        }

        _opened.TrySetResult();
        await _completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private Sending Begin()
    {
        lock (_gate)
        {
            if (!_hasBegun)
            {
                _hasBegun = true;
                return _sending;
            }

            if (_kept is null)
            {
                throw new IOException("the server refused the stream, which is too long to be resent");
            }

            var before = _sending;
            Volatile.Write(ref _sending, new Sending());
            before.Resend.TrySetResult(_sending);
            return _sending;
        }
    }

    /// <summary>Returns whether the exception means that the body can no longer be written: reset, closed or abandoned.</summary>
    private static bool IsServerEnd(Exception exception) =>
        exception is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException;

    private void Keep(ReadOnlySpan<byte> frame)
    {
        if (_kept is null)
        {
            return;
        }

        if (_kept.WrittenCount + frame.Length > MaxKeptBytes)
        {
            _kept.Dispose();
            _kept = null;
            return;
        }

        frame.CopyTo(_kept.GetSpan(frame.Length));
        _kept.Advance(frame.Length);
    }

    /// <summary>One sending of the request.</summary>
    private sealed class Sending
    {
        /// <summary>The stream to write to, once the messages of the previous sending are sent.</summary>
        public TaskCompletionSource<Stream> Body { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Completes when this sending has ended.</summary>
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The next sending, if there is one.</summary>
        public TaskCompletionSource<Sending> Resend { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<Stream> WaitAsync(Task response)
        {
            if (!Body.Task.IsCompleted)
            {
                await Task.WhenAny(Body.Task, Resend.Task, response).ConfigureAwait(false);
                if (Resend.Task.IsCompleted)
                {
                    return await (await Resend.Task.ConfigureAwait(false)).WaitAsync(response).ConfigureAwait(false);
                }

                if (!Body.Task.IsCompleted)
                {
                    await response.ConfigureAwait(false);

                    // A handler that responds first has answered; the body opens all the same.
                    await Task.WhenAny(Body.Task, Ended.Task).ConfigureAwait(false);
                    if (!Body.Task.IsCompleted)
                    {
                        throw new IOException("the server ended the call before the message");
                    }
                }
            }

            return await Body.Task.ConfigureAwait(false);
        }
    }
}
