using Micro.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Micro.Server.Listening;

/// <summary>Our limits in Kestrel's terms. What Kestrel guards by itself (floods of resets, pings and settings) stays on.</summary>
internal static class KestrelLimits
{
    /// <summary>Bytes of one HTTP/2 request that Kestrel holds before they are read.</summary>
    public const int StreamWindowBytes = 128 * 1024;

    private const long MaxConnectionWindowBytes = 1 << 30;

    private static readonly TimeSpan ShortestTime = TimeSpan.FromSeconds(2);

    public static void Apply(TransportLimits limits, KestrelServerLimits kestrel)
    {
        kestrel.MaxConcurrentConnections = limits.MaxConnections;
        kestrel.MaxRequestHeadersTotalSize = limits.MaxHeaderBytes;
        kestrel.MaxRequestHeaderCount = limits.MaxHeaders;
        kestrel.RequestHeadersTimeout = limits.HeaderTimeout;
        kestrel.KeepAliveTimeout = limits.IdleTimeout;

        // A stream may be as long as it likes: its messages are limited one by one, in size and in time.
        kestrel.MaxRequestBodySize = null;
        kestrel.MinRequestBodyDataRate = null;
        kestrel.MinResponseDataRate = new MinDataRate(limits.MinBodyBytesPerSecond, AtLeast(limits.WriteTimeout));

        kestrel.Http2.MaxStreamsPerConnection = limits.MaxStreamsPerConnection;

        // Requests that wait for room fill their own windows; those that are read must not wait for them. Kestrel opens the window of the
        // connection again when half of it was read, so that one half has to be left to them.
        kestrel.Http2.InitialStreamWindowSize = StreamWindowBytes;
        var waiting = Math.Min((long)limits.MaxStreamsPerConnection * StreamWindowBytes, limits.HeldBytesPerPeer);
        kestrel.Http2.InitialConnectionWindowSize = (int)Math.Min(2 * (waiting + StreamWindowBytes), MaxConnectionWindowBytes);
        kestrel.Http2.MaxRequestHeaderFieldSize = limits.MaxHeaderBytes;

        // A peer that vanished in the middle of a call is found by a ping.
        kestrel.Http2.KeepAlivePingDelay = AtLeast(limits.IdleTimeout / 2);
        kestrel.Http2.KeepAlivePingTimeout = AtLeast(limits.WriteTimeout);
    }

    /// <summary>Kestrel counts in seconds and refuses what is not above one.</summary>
    private static TimeSpan AtLeast(TimeSpan time) => time < ShortestTime ? ShortestTime : time;
}
