using Micro.Basics;
using Micro.Transport;

namespace Micro.Server.Listening;

/// <summary>
/// Ends a stream whose handler waits for a message of the caller while nothing goes the other way either. The first message has
/// <see cref="TransportLimits.HeaderTimeout"/>, a later one <see cref="TransportLimits.StreamIdleTimeout"/>. A handler that does
/// something else is not idle.
/// </summary>
internal sealed class StreamIdleWatch : IReapable, IDisposable
{
    private readonly ProtocolHost _host;
    private readonly HandlerContext _context;
    private long _deadline = long.MaxValue;
    private volatile bool _isWaiting;
    private volatile bool _hasMessage;

    public StreamIdleWatch(ProtocolHost host, HandlerContext context)
    {
        _host = host;
        _context = context;
        host.IdleStreams.Add(this);
    }

    /// <summary>The handler begins to wait for a message.</summary>
    public void BeginWait()
    {
        _isWaiting = true;
        SetDeadline();
    }

    /// <summary>The wait has ended.</summary>
    /// <param name="hasMessage"><see langword="true"/> when a message came.</param>
    public void EndWait(bool hasMessage)
    {
        _hasMessage |= hasMessage;
        _isWaiting = false;
        Volatile.Write(ref _deadline, long.MaxValue);
    }

    /// <summary>A message goes to the caller.</summary>
    public void OnSent()
    {
        _hasMessage = true;
        if (_isWaiting)
        {
            SetDeadline();
            if (!_isWaiting)
            {
                Volatile.Write(ref _deadline, long.MaxValue);
            }
        }
    }

    public void CutIfLate(long now)
    {
        if (Volatile.Read(ref _deadline) < now)
        {
            Volatile.Write(ref _deadline, long.MaxValue);
            _context.EndIdle();
        }
    }

    public void Dispose() => _host.IdleStreams.Remove(this);

    private void SetDeadline() => Volatile.Write(
        ref _deadline,
        _host.Pauses.RunningTime() + _host.TimeProvider.Units(_hasMessage ? _host.Limits.StreamIdleTimeout : _host.Limits.HeaderTimeout));
}
