using Microsoft.Extensions.Logging;

namespace Micro.Transport.Security;

/// <summary>
/// Tells of clients that do not get in: each at debug level, one in ten seconds as a warning, because a client that is set
/// up wrongly comes again and again.
/// </summary>
internal sealed class HandshakeFailures(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _warnedAt;
    private long _unlogged;
    private bool _hasWarned;

    public void Add(string? remote, string reason, Exception? exception = null)
    {
        logger.HandshakeEnded(exception, remote, reason);
        long unlogged;
        lock (_gate)
        {
            if (_hasWarned && time.GetElapsedTime(_warnedAt) < Pause)
            {
                _unlogged++;
                return;
            }

            _hasWarned = true;
            _warnedAt = time.GetTimestamp();
            unlogged = _unlogged;
            _unlogged = 0;
        }

        logger.HandshakeFailed(remote, reason, unlogged);
    }
}
