using Micro.Basics;

namespace Micro.Transport;

/// <summary>
/// Tells until when more of a message has to arrive. In every <see cref="TransportLimits.StallTimeout"/> at least as much must
/// come as the lowest rate asks for that time, so what came early buys no time for later.
/// </summary>
internal struct MessagePace
{
    private long _windowStart;
    private long _windowBytes;

    /// <summary>Begins with a message.</summary>
    /// <param name="now">The present running time.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The running time until which more must have arrived.</returns>
    public long Begin(long now, TransportLimits limits, TimeProvider time)
    {
        _windowStart = now;
        _windowBytes = 0;
        return now + time.Units(limits.StallTimeout);
    }

    /// <summary>Counts what has arrived.</summary>
    /// <param name="now">The present running time.</param>
    /// <param name="received">Bytes of the message so far.</param>
    /// <param name="length">Its length; the bytes so far when it is not known.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The running time until which more must have arrived.</returns>
    public long Progress(long now, long received, long length, TransportLimits limits, TimeProvider time)
    {
        var rate = length > TransportLimits.LargeBodyBytes ? limits.MinLargeBodyBytesPerSecond : limits.MinBodyBytesPerSecond;
        if (received - _windowBytes >= rate * limits.StallTimeout.TotalSeconds)
        {
            _windowStart = now;
            _windowBytes = received;
        }

        return _windowStart + time.Units(limits.StallTimeout);
    }
}
