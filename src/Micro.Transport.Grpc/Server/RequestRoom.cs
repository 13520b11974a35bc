using Micro.Server.Listening;
using Micro.Server.Peers;

namespace Micro.Transport.Grpc.Server;

/// <summary>The share of the server's memory budget that the current message of a request holds.</summary>
/// <param name="budget">The server's budget.</param>
/// <param name="peer">The sender of the request.</param>
/// <param name="callerGone">Ends the wait for room.</param>
internal sealed class RequestRoom(ByteBudget budget, Peer peer, CancellationToken callerGone)
{
    private long _bytes;

    /// <summary>Gets whether the unread answers of the peer exceed its budget; then even a small message waits.</summary>
    public bool IsExceeded => budget.IsExceededBy(peer);

    /// <summary>Reserves memory for a message, waiting if needed.</summary>
    /// <exception cref="CallRefusal">Too many messages of the peer wait.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async ValueTask TakeAsync(long bytes)
    {
        if (!await budget.TakeAsync(peer, bytes, KestrelLimits.StreamWindowBytes, callerGone).ConfigureAwait(false))
        {
            throw new CallRefusal(StatusCode.ResourceExhausted, "too many large requests from one address are waiting to be read");
        }

        _bytes = bytes;
    }

    /// <summary>Releases what the message does not need.</summary>
    public void Shrink(long bytes)
    {
        if (bytes < _bytes)
        {
            budget.Return(peer, _bytes - bytes);
            _bytes = bytes;
        }
    }

    /// <summary>Releases everything.</summary>
    public void Return() => Shrink(0);
}
