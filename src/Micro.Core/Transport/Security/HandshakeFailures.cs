using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Security;

/// <summary>
/// Tells of clients that do not get in: each at debug level, one in ten seconds as a warning, because a client that is set
/// up wrongly comes again and again.
/// </summary>
internal sealed class HandshakeFailures(TimeProvider time, ILogger logger)
{
    private readonly LogPace _warnings = new(time);

    public void Add(string? remote, string reason, Exception? exception = null)
    {
        logger.HandshakeEnded(exception, remote, reason);
        if (_warnings.TryPass(out var unlogged))
        {
            logger.HandshakeFailed(remote, reason, unlogged);
        }
    }
}
