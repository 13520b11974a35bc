using Micro.Basics;

namespace Micro.Transport;

/// <summary>
/// Computes the time by which more of a message must arrive. In every <see cref="TransportLimits.StallTimeout"/> at least the
/// bytes of the lowest rate must arrive; earlier bytes do not extend it.
/// </summary>
internal struct MessagePace
{
    private long _windowStart;
    private long _windowBytes;

    /// <summary>Starts a message.</summary>
    /// <param name="now">The current running time.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The running time by which more must have arrived.</returns>
    public long Begin(long now, TransportLimits limits, TimeProvider time)
    {
        _windowStart = now;
        _windowBytes = 0;
        return now + time.Units(limits.StallTimeout);
    }

    /// <summary>Counts arrived bytes.</summary>
    /// <param name="now">The current running time.</param>
    /// <param name="received">Bytes of the message so far.</param>
    /// <param name="length">Its length; the bytes so far when it is not known.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The running time by which more must have arrived.</returns>
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
