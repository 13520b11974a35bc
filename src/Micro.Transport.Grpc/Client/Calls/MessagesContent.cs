using System.Net;

namespace Micro.Transport.Grpc.Client.Calls;

/// <summary>
/// The messages of a stream, written while it runs. The handler sends a call again that the server has refused without
/// looking at it; so what was written is kept until the server has answered, up to a limit.
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

    /// <summary>Ends when the request's head is sent; never when the call fails before.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Whether any of the request can have left.</summary>
    public bool HasBegun => _opened.Task.IsCompleted;

    public bool IsCompleted => _completed.Task.IsCompleted;

    public void Complete() => _completed.TrySetResult();

    /// <summary>The server has answered: nothing will be sent again.</summary>
    public void Commit()
    {
        lock (_gate)
        {
            _kept?.Dispose();
            _kept = null;
        }
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
            bool isKept;
            lock (_gate)
            {
                if (!ReferenceEquals(sending, _sending))
                {
                    continue; // sent again meanwhile
                }

                isKept = Keep(frame.Span);
            }

            try
            {
                await body.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
                await body.FlushAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (isKept && exception is (IOException or HttpRequestException or ObjectDisposedException) && !cancellationToken.IsCancellationRequested)
            {
                // Either the call has failed, or it is sent again, this frame with it.
                var again = sending.Again.Task;
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
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _opened.TrySetResult();
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

        try
        {
            await _completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!life.IsCancellationRequested)
        {
            // The server has ended the stream. The handler takes the first failure it sees for the reason, and this one
            // says nothing: the reset must come before it.
            await Task.WhenAny(_completed.Task, sending.Again.Task).WaitAsync(life).ConfigureAwait(false);
            throw;
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
                throw new IOException("the server refused the stream after more had been written than is kept");
            }

            var before = _sending;
            Volatile.Write(ref _sending, new Sending());
            before.Again.TrySetResult(_sending);
            return _sending;
        }
    }

    private bool Keep(ReadOnlySpan<byte> frame)
    {
        if (_kept is null)
        {
            return false;
        }

        if (_kept.WrittenCount + frame.Length > MaxKeptBytes)
        {
            _kept.Dispose();
            _kept = null;
            return false;
        }

        frame.CopyTo(_kept.GetSpan(frame.Length));
        _kept.Advance(frame.Length);
        return true;
    }

    /// <summary>One sending of the request.</summary>
    private sealed class Sending
    {
        /// <summary>Where messages go, once those of the sending before are sent.</summary>
        public TaskCompletionSource<Stream> Body { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>The next sending, if there is one.</summary>
        public TaskCompletionSource<Sending> Again { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask<Stream> WaitAsync(Task response)
        {
            if (!Body.Task.IsCompleted)
            {
                await Task.WhenAny(Body.Task, Again.Task, response).ConfigureAwait(false);
                if (Again.Task.IsCompleted)
                {
                    return await (await Again.Task.ConfigureAwait(false)).WaitAsync(response).ConfigureAwait(false);
                }

                if (!Body.Task.IsCompleted)
                {
                    await response.ConfigureAwait(false);
                    throw new IOException("the server ended the call before the message");
                }
            }

            return await Body.Task.ConfigureAwait(false);
        }
    }
}
