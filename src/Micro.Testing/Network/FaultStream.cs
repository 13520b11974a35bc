using System.Net.Sockets;
using Micro.Transport;

namespace Micro.Testing.Network;

/// <summary>
/// The client's end of a connection, with the faults of its node. Bytes are received before a fault is applied, so that a
/// cancelled read loses nothing. One reader and one writer at a time; cutting it is safe from any thread.
/// </summary>
internal sealed class FaultStream(Stream inner, NodeFaults faults, TimeProvider time) : ConnectionStream
{
    /// <summary>Never disposed: a cut may come at any time, and without a timer it holds no resources.</summary>
    private readonly CancellationTokenSource _cut = new();
    private readonly byte[] _arrived = new byte[16 * 1024];
    private int _start;
    private int _count;
    private bool _isDue;
    private bool _isSilent;
    private long _received;
    private long _sent;
    private int _isClosed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfCut();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cut.Token);
        try
        {
            if (_count == 0 && !await ArriveAsync(limit.Token).ConfigureAwait(false))
            {
                return 0;
            }

            if (!_isDue)
            {
                await BecomeDueAsync(limit.Token).ConfigureAwait(false);
            }

            return Deliver(buffer.Span);
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("the read was cancelled", exception, cancellationToken);
        }
        catch (Exception exception) when (_cut.IsCancellationRequested && !cancellationToken.IsCancellationRequested && exception is OperationCanceledException or ObjectDisposedException)
        {
            throw WasCut();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfCut();
        var room = faults.Current.CutAfterSentBytes is { } most ? Math.Max(0, most - _sent) : long.MaxValue;
        var allowed = buffer[..(int)Math.Min(room, buffer.Length)];
        await inner.WriteAsync(allowed, cancellationToken).ConfigureAwait(false);
        _sent += allowed.Length;
        if (allowed.Length < buffer.Length)
        {
            Cut();
            throw WasCut();
        }
    }

    /// <summary>Breaks the connection for both sides.</summary>
    public void Cut()
    {
        _cut.Cancel();
        switch (inner)
        {
            case MemoryStreamEnd memory:
                memory.Reset();
                break;
            case NetworkStream { Socket: var socket }:
                // A close with zero linger time is a reset.
                socket.Close(0);
                break;
        }

        Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            inner.Dispose();
            faults.OnClosed(this);
        }

        base.Dispose(disposing);
    }

    private static IOException WasCut() => new("the test cut the connection", new SocketException((int)SocketError.ConnectionReset));

    /// <summary>Receives the node's next bytes; nothing at the end.</summary>
    private async ValueTask<bool> ArriveAsync(CancellationToken cancellationToken)
    {
        do
        {
            var count = await inner.ReadAsync(_arrived, cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                return false;
            }

            _isSilent |= faults.Current.DropAnswers;
            (_start, _count, _isDue) = (0, _isSilent ? 0 : count, false);
        }
        while (_isSilent);
        return true;
    }

    private async ValueTask BecomeDueAsync(CancellationToken cancellationToken)
    {
        if (faults.Current.AnswerDelay is { Ticks: > 0 } delay)
        {
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
        }

        await faults.UntilAsync(static settings => !settings.HoldAnswers, cancellationToken).ConfigureAwait(false);
        _isDue = true;
    }

    /// <summary>Delivers the bytes that may arrive before the connection is cut.</summary>
    private int Deliver(Span<byte> buffer)
    {
        var room = faults.Current.CutAfterReceivedBytes is { } most ? Math.Max(0, most - _received) : long.MaxValue;
        if (room == 0)
        {
            Cut();
            throw WasCut();
        }

        var count = (int)Math.Min(Math.Min(buffer.Length, _count), room);
        _arrived.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        _count -= count;
        _received += count;
        return count;
    }

    private void ThrowIfCut()
    {
        if (_cut.IsCancellationRequested)
        {
            throw WasCut();
        }
    }
}
