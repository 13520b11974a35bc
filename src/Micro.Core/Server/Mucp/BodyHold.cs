using Micro.Server.Peers;

namespace Micro.Server.Mucp;

/// <summary>The room that the body of the present request has taken, until a call or a stream takes it over.</summary>
/// <param name="budget">The server's room.</param>
/// <param name="peer">Who sends the requests.</param>
internal sealed class BodyHold(ByteBudget budget, Peer peer)
{
    private long _bytes;

    /// <summary>Reserves room for a body, now or when there is room.</summary>
    public async ValueTask TakeAsync(long bytes, CancellationToken cancellationToken)
    {
        await budget.TakeAsync(peer, bytes, bufferedBytes: 0, cancellationToken).ConfigureAwait(false);
        _bytes = bytes;
    }

    /// <summary>Releases the room that the body does not need.</summary>
    /// <param name="bytes">Its length.</param>
    public void Shrink(long bytes)
    {
        if (bytes < _bytes)
        {
            budget.Return(peer, _bytes - bytes);
            _bytes = bytes;
        }
    }

    /// <summary>Transfers the room to the owner of the body, which releases it.</summary>
    /// <returns>Its size in bytes; zero for a small body.</returns>
    public long Release()
    {
        var bytes = _bytes;
        _bytes = 0;
        return bytes;
    }

    /// <summary>Releases the room that was not transferred.</summary>
    public void Return() => budget.Return(peer, Release());
}
