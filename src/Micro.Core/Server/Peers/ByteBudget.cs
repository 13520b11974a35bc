namespace Micro.Server.Peers;

/// <summary>
/// The memory budget for messages that a server holds for its peers: a total and a share per peer. A message is admitted by
/// its length before it is read, so that partly read messages cannot starve each other; until then it waits unread, and its
/// sender with it. Within a peer the oldest is admitted first, and peers take turns. A single message is admitted whatever its
/// size, so that every message within its own limit arrives eventually. Answers that a peer does not read count too. Safe
/// for concurrent use.
/// </summary>
/// <param name="total">Bytes in all.</param>
/// <param name="perPeer">Bytes of one peer.</param>
internal sealed class ByteBudget(long total, long perPeer)
{
    /// <summary>Messages up to this size do not count: the limits of calls and streams bound their sum.</summary>
    public const int FreeBytes = 16 * 1024;

    private readonly Lock _gate = new();

    /// <summary>Peers with waiting messages; the peer admitted last is at the end.</summary>
    private readonly LinkedList<Peer> _waiting = new();
    private long _held;
    private long _untaken;
    private long _buffered;

    /// <summary>Gets the bytes of messages that are held, or that the transport may hold for waiting ones.</summary>
    public long UsedBytes
    {
        get
        {
            lock (_gate)
            {
                return _held + _buffered;
            }
        }
    }

    /// <summary>Reserves memory for a message, waiting if needed.</summary>
    /// <param name="peer">The sender.</param>
    /// <param name="bytes">Its announced length.</param>
    /// <param name="bufferedBytes">The bytes of it that the transport may hold while it waits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns><see langword="false"/> when the transport already holds too much of the peer's waiting messages.</returns>
    /// <exception cref="OperationCanceledException">The token fired; nothing is reserved.</exception>
    public ValueTask<bool> TakeAsync(Peer peer, long bytes, long bufferedBytes, CancellationToken cancellationToken)
    {
        ByteWaiter waiter;
        lock (_gate)
        {
            if (peer.Waiting.Count == 0 && _waiting.Count == 0 && Fits(peer, bytes, 0))
            {
                Admit(peer, bytes);
                return new ValueTask<bool>(true);
            }

            if (bufferedBytes > 0 && (peer.WaitingBytes + bufferedBytes > perPeer || _held + _buffered + bufferedBytes > total))
            {
                return new ValueTask<bool>(false);
            }

            waiter = new ByteWaiter(bytes, bufferedBytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            if (peer.Waiting.Count == 0)
            {
                _waiting.AddLast(peer);
            }

            peer.Waiting.AddLast(waiter);
            peer.WaitingBytes += bufferedBytes;
            _buffered += bufferedBytes;
            AdmitWaiting();
        }

        return WaitAsync(peer, waiter, cancellationToken);
    }

    /// <summary>
    /// Returns whether the unread answers of a peer, or of all peers, exceed the budget. Then no further message of the peer is
    /// admitted, however small.
    /// </summary>
    public bool IsExceededBy(Peer peer) => Volatile.Read(ref peer.UntakenBytes) > perPeer || Volatile.Read(ref _untaken) > total;

    /// <summary>Counts bytes of answers that a peer has not read yet. They exist already and may exceed the budget.</summary>
    /// <param name="peer">The receiver of the answers.</param>
    /// <param name="bytes">The increase; negative for a decrease.</param>
    public void CountUntaken(Peer peer, long bytes)
    {
        lock (_gate)
        {
            peer.UntakenBytes += bytes;
            _untaken += bytes;
            Admit(peer, bytes);
            if (bytes < 0)
            {
                AdmitWaiting();
            }
        }
    }

    /// <summary>Releases reserved memory.</summary>
    public void Return(Peer peer, long bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        lock (_gate)
        {
            peer.HeldBytes -= bytes;
            _held -= bytes;
            AdmitWaiting();
        }
    }

    private async ValueTask<bool> WaitAsync(Peer peer, ByteWaiter waiter, CancellationToken cancellationToken)
    {
        await using var cancelling = cancellationToken.UnsafeRegister(static admitted => ((TaskCompletionSource)admitted!).TrySetCanceled(), waiter.Admitted).ConfigureAwait(false);
        try
        {
            await waiter.Admitted.Task.ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                if (peer.Waiting.Remove(waiter))
                {
                    Forget(peer, waiter);
                    AdmitWaiting();
                }
            }

            throw;
        }
    }

    /// <summary>Admits the messages that fit now, one of each peer in turn.</summary>
    private void AdmitWaiting()
    {
        for (var node = _waiting.First; node is not null;)
        {
            var peer = node.Value;
            var next = node.Next;
            var waiter = peer.Waiting.First!.Value;
            if (!FitsPeer(peer, waiter.Bytes))
            {
                node = next;
                continue;
            }

            if (!FitsTotal(waiter.Bytes, waiter.BufferedBytes))
            {
                // Smaller messages of others must not overtake it forever.
                return;
            }

            peer.Waiting.RemoveFirst();
            Forget(peer, waiter);
            if (waiter.Admitted.TrySetResult())
            {
                Admit(peer, waiter.Bytes);
            }

            if (peer.Waiting.Count > 0)
            {
                _waiting.Remove(node);
                _waiting.AddLast(node);
                next ??= _waiting.Last;
            }

            node = next;
        }
    }

    private void Forget(Peer peer, ByteWaiter waiter)
    {
        peer.WaitingBytes -= waiter.BufferedBytes;
        _buffered -= waiter.BufferedBytes;
        if (peer.Waiting.Count == 0)
        {
            _waiting.Remove(peer);
        }
    }

    private void Admit(Peer peer, long bytes)
    {
        peer.HeldBytes += bytes;
        _held += bytes;
    }

    private bool Fits(Peer peer, long bytes, long buffered) => FitsPeer(peer, bytes) && FitsTotal(bytes, buffered);

    private bool FitsPeer(Peer peer, long bytes) => bytes == 0 ? !IsExceededBy(peer) : peer.HeldBytes == 0 || peer.HeldBytes + bytes <= perPeer;

    private bool FitsTotal(long bytes, long buffered) => bytes == 0 || _held == 0 || _held + _buffered - buffered + bytes <= total;
}
