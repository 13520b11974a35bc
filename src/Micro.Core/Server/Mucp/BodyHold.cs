using Micro.Server.Peers;

namespace Micro.Server.Mucp;

/// <summary>The room that the body of the present request has taken, until a call or a stream takes it over.</summary>
/// <param name="budget">The server's room.</param>
/// <param name="peer">Who sends the requests.</param>
internal sealed class BodyHold(ByteBudget budget, Peer peer)
{
    private long _bytes;

    /// <summary>Takes room for a body, at once or later.</summary>
    public async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        await budget.TakeAsync(peer, bytes, bufferedBytes: 0, cancellationToken).ConfigureAwait(false);
        _bytes = bytes;
    }

    /// <summary>Gives back what the body does not need.</summary>
    /// <param name="bytes">Its length.</param>
    public void Shrink(long bytes)
    {
        if (bytes < _bytes)
        {
            budget.Return(peer, _bytes - bytes);
            _bytes = bytes;
        }
    }

    /// <summary>Hands the room over to who keeps the body, and who gives it back.</summary>
    /// <returns>Its size in bytes; zero for a small body.</returns>
    public long Release()
    {
        var bytes = _bytes;
        _bytes = 0;
        return bytes;
    }

    /// <summary>Gives back what nobody has taken over.</summary>
    public void Return() => budget.Return(peer, Release());
}
