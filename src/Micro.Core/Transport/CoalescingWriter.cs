using Micro.Basics;

namespace Micro.Transport;

/// <summary>
/// One write buffer for many writers: frames are appended under a short lock, and one sender sends all waiting frames. While
/// one buffer is being sent, the other fills.
/// </summary>
/// <param name="sink">Sends the bytes.</param>
internal sealed class CoalescingWriter(IByteSink sink) : IDisposable
{
    private readonly Lock _gate = new();
    private PooledBufferWriter _filling = new();
    private PooledBufferWriter _leaving = new();
    private TaskCompletionSource? _progress;
    private Exception? _failure;
    private long _handedOver;
    private long _waitingBytes;
    private bool _isSending;
    private bool _isWaiting;
    private bool _isDisposed;

    /// <summary>Gets the number of bytes that wait or are being sent.</summary>
    public int QueuedBytes
    {
        get
        {
            lock (_gate)
            {
                return Queued;
            }
        }
    }

    /// <summary>Gets the number of bytes passed to the connection so far; a frame that begins after them was not sent at all.</summary>
    public long HandedOver
    {
        get
        {
            lock (_gate)
            {
                return _handedOver;
            }
        }
    }

    private int Queued => _filling.WrittenCount + (_isSending ? _leaving.WrittenCount : 0);

    /// <summary>
    /// Appends a frame. It is sent with the next <see cref="StartSending"/>; after a failure it is dropped, because the reader of
    /// the connection reports its end.
    /// </summary>
    /// <param name="state">The content of the frame.</param>
    /// <param name="write">Writes it; must be quick. Its output is removed if it throws.</param>
    /// <returns>Number of the frame's first byte, to be compared with <see cref="HandedOver"/>.</returns>
    public long Append<TState>(in TState state, WriteFrame<TState> write)
    {
        lock (_gate)
        {
            var start = _filling.WrittenCount;
            var position = _handedOver + start;
            if (_failure is not null || _isDisposed)
            {
                return position;
            }

            try
            {
                write(_filling, in state);
            }
            catch
            {
                _filling.Truncate(start);
                throw;
            }

            if (_isWaiting)
            {
                CountWaiting();
            }

            return position;
        }
    }

    /// <summary>Sends waiting frames, unless a running send will do so. Does not wait and does not throw.</summary>
    public void StartSending()
    {
        lock (_gate)
        {
            if (_isSending || _filling.WrittenCount == 0 || _isDisposed)
            {
                return;
            }

            Swap();
        }

        Send();
    }

    /// <summary>Flushes and waits until the number of queued bytes is within a limit.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    /// <exception cref="OperationCanceledException">The token fired; what is queued is still sent.</exception>
    public ValueTask FlushAsync(int leave = 0, CancellationToken cancellationToken = default)
    {
        StartSending();
        lock (_gate)
        {
            if (_failure is null && Queued <= leave)
            {
                return default;
            }
        }

        return WaitAsync(leave, cancellationToken);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _filling.Dispose();
            if (!_isSending)
            {
                _leaving.Dispose();
            }

            _progress?.TrySetResult();
            _progress = null;
        }
    }

    private async ValueTask WaitAsync(int leave, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task progress;
            lock (_gate)
            {
                if (_failure is not null || _isDisposed)
                {
                    throw new IOException(_failure?.Message ?? "the connection is closed", _failure);
                }

                if (Queued <= leave)
                {
                    return;
                }

                _progress ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                progress = _progress.Task;
            }

            await progress.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Send()
    {
        do
        {
            ValueTask pending;
            try
            {
                pending = sink.SendAsync(_leaving.WrittenMemory);
                if (!pending.IsCompletedSuccessfully)
                {
                    _ = FinishAsync(pending);
                    return;
                }
            }
            catch (Exception exception)
            {
                Fail(exception);
                return;
            }
        }
        while (TakeNext());
    }

    private async Task FinishAsync(ValueTask pending)
    {
        try
        {
            BeginWaiting();
            await pending.ConfigureAwait(false);
            sink.OnSending(false);
        }
        catch (Exception exception)
        {
            Fail(exception);
            return;
        }

        if (TakeNext())
        {
            Send();
        }
    }

    private void BeginWaiting()
    {
        sink.OnSending(true);
        lock (_gate)
        {
            _isWaiting = true;
            CountWaiting();
        }
    }

    /// <summary>Reports the memory that waits for the peer: zero while sends complete at once.</summary>
    private void CountWaiting()
    {
        var bytes = _isWaiting ? _filling.Capacity + _leaving.Capacity : 0;
        if (bytes != _waitingBytes)
        {
            sink.OnWaiting(bytes - _waitingBytes);
            _waitingBytes = bytes;
        }
    }

    private void EndWaiting()
    {
        _isWaiting = false;
        CountWaiting();
    }

    /// <summary>Swaps in the bytes appended meanwhile; <see langword="false"/> when there are none.</summary>
    private bool TakeNext()
    {
        lock (_gate)
        {
            EndWaiting();
            _leaving.Clear();
            _progress?.TrySetResult();
            _progress = null;
            if (_isDisposed)
            {
                _isSending = false;
                _leaving.Dispose();
                return false;
            }

            _isSending = false;
            if (_filling.WrittenCount > 0)
            {
                Swap();
            }
            else
            {
                // Idle connections hold no memory.
                _leaving.Release();
                _filling.Release();
            }

            return _isSending;
        }
    }

    private void Swap()
    {
        _isSending = true;
        _handedOver += _filling.WrittenCount;
        (_filling, _leaving) = (_leaving, _filling);
    }

    private void Fail(Exception exception)
    {
        sink.OnSending(false);
        lock (_gate)
        {
            EndWaiting();
            _failure ??= exception;
            _isSending = false;
            _filling.Clear();
            _leaving.Clear();
            _progress?.TrySetResult();
            _progress = null;
            if (_isDisposed)
            {
                _leaving.Dispose();
            }
        }
    }
}
