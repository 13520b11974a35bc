using Micro.Server.Listening;
using Micro.Server.Peers;

namespace Micro.Transport.Grpc.Server;

/// <summary>The room that the present message of a request has taken of the server.</summary>
/// <param name="budget">The server's room.</param>
/// <param name="peer">Who sends the request.</param>
/// <param name="callerGone">Ends the wait for room.</param>
internal sealed class RequestRoom(ByteBudget budget, Peer peer, CancellationToken callerGone)
{
    private long _bytes;

    /// <summary>Gets whether the unread answers of the peer exceed its room: then even a small message waits.</summary>
    public bool IsExceeded => budget.IsExceededBy(peer);

    /// <summary>Takes room for a message, at once or later.</summary>
    /// <exception cref="CallRefusal">Too many messages of the peer wait.</exception>
    /// <exception cref="OperationCanceledException">The caller is gone.</exception>
    public async ValueTask TakeAsync(long bytes)
    {
        if (!await budget.TakeAsync(peer, bytes, KestrelLimits.StreamWindowBytes, callerGone))
        {
            throw new CallRefusal(StatusCode.ResourceExhausted, "too many large requests of one address wait to be read");
        }

        _bytes = bytes;
    }

    /// <summary>Gives back what the message does not need.</summary>
    public void Shrink(long bytes)
    {
        if (bytes < _bytes)
        {
            budget.Return(peer, _bytes - bytes);
            _bytes = bytes;
        }
    }

    /// <summary>Gives all of it back.</summary>
    public void Return() => Shrink(0);
}
