using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Transport.Security;

/// <summary>
/// Logs failed handshakes of clients: each at debug level, one in ten seconds as a warning, because a misconfigured client
/// retries all the time.
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
