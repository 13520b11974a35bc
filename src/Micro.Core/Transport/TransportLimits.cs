using Micro.Basics;

namespace Micro.Transport;

/// <summary>
/// Limits on what a peer may send or hold. None can be switched off; values outside their range are an error. A peer is an
/// address: an IPv4 address, or a network of 64 bits of IPv6. Behind a proxy or a gateway that shows its own address all
/// callers are one peer: give such a server shares of a peer as large as the whole.
/// </summary>
public sealed class TransportLimits
{
    /// <summary>Bodies above this size must arrive at <see cref="MinLargeBodyBytesPerSecond"/>.</summary>
    internal const int LargeBodyBytes = 1024 * 1024;

    /// <summary>Flags that set <see cref="MaxMessageBytes"/>, named by the errors of messages that are too large.</summary>
    internal const string ServerSizeFlag = "--server_max_message_size";

    /// <inheritdoc cref="ServerSizeFlag"/>
    internal const string ClientSizeFlag = "--client_max_message_size";

    /// <summary>Shares of a peer are not taken of less than this: so few calls or streams are for few callers.</summary>
    private const int SmallestShare = 100;

    /// <summary>Largest message body in bytes, 1 KiB to 1 GiB. The default value is 4 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Maximum number of bytes of start line and headers, 1 KiB to 1 MiB. The default value is 32 KiB.</summary>
    public int MaxHeaderBytes { get; set; } = 32 * 1024;

    /// <summary>Maximum number of headers of a message, 16 to 1,000. The default value is 100.</summary>
    public int MaxHeaders { get; set; } = 100;

    /// <summary>
    /// The time limit for a head to arrive after its first byte, and for the first message of a call or a stream
    /// after the head; positive. The default value is 10 s.
    /// </summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest time for which a message may stall: in each such time at least as much must arrive as the lowest rate asks; positive. The
    /// default value is 10 s.
    /// </summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Slowest allowed arrival of a body in bytes per second, 1 to 1 GiB. The default value is 240.</summary>
    public int MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>Slowest allowed arrival of a body of more than 1 MiB in bytes per second, 1 to 1 GiB. The default value is 16 KiB.</summary>
    public int MinLargeBodyBytesPerSecond { get; set; } = 16 * 1024;

    /// <summary>Time limit for a peer to read what is written to it, renewed with each 64 KB over mucp; positive. The default value is 10 s.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The time after which an idle connection is closed, ± 10 %; positive, and longer than the clients' pools keep theirs. HTTP/2 pings do not
    /// make a connection busy. The default value is 120 s.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// The time limit for the handler of a stream to wait for a message of its caller while none goes the other way either; positive. The
    /// stream then ends with 408, status 4. The default value is 5 min.
    /// </summary>
    public TimeSpan StreamIdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Maximum number of connections of a server, 1 to 1,000,000. The default value is 20,000.</summary>
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>
    /// Maximum number of connections of one peer, 1 to 1,000,000; more are closed at once. The default value is <see langword="null"/>: half of
    /// <see cref="MaxConnections"/>, at least 100.
    /// </summary>
    public int? MaxConnectionsPerPeer { get; set; }

    /// <summary>Maximum number of calls that run at a time in a server, streams not counted, 1 to 1,000,000; more are answered 503 at once. The default value is 10,000.</summary>
    public int MaxConcurrentCalls { get; set; } = 10_000;

    /// <summary>
    /// Maximum number of calls of one peer that run at a time, 1 to 1,000,000; more are answered 503 at once. The default value is
    /// <see langword="null"/>: a quarter of <see cref="MaxConcurrentCalls"/>, at least 100.
    /// </summary>
    public int? MaxConcurrentCallsPerPeer { get; set; }

    /// <summary>Maximum number of streams that are open at a time in a server, 1 to 1,000,000; more are answered 503 at once. The default value is 10,000.</summary>
    public int MaxConcurrentStreams { get; set; } = 10_000;

    /// <summary>
    /// Maximum number of streams of one peer that are open at a time, 1 to 1,000,000; more are answered 503 at once. The default value is
    /// <see langword="null"/>: a quarter of <see cref="MaxConcurrentStreams"/>, at least 100.
    /// </summary>
    public int? MaxConcurrentStreamsPerPeer { get; set; }

    /// <summary>
    /// Maximum number of calls that run at a time on one connection of a client that multiplexes, 1 to 10,000; further calls are not
    /// read until some have ended. The default value is 256.
    /// </summary>
    public int MaxCallsPerConnection { get; set; } = 256;

    /// <summary>Maximum number of streams on one connection, 1 to 10,000. The default value is 100.</summary>
    public int MaxStreamsPerConnection { get; set; } = 100;

    /// <summary>Messages of a stream that wait for their reader before the connection is read no further, 1 to 10,000. The default value is 16.</summary>
    public int MaxStreamBacklog { get; set; } = 16;

    /// <summary>
    /// Bytes of a stream's messages that wait for their reader before the connection is read no further, 1 KiB to 1 GiB; a
    /// single message may be larger. The default value is 1 MiB.
    /// </summary>
    public int MaxStreamBacklogBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Bytes of requests that a server holds at a time, 1 MiB to 1 TiB; a single message may be larger. More requests
    /// are not read until there is room. The default value is 256 MiB.
    /// </summary>
    public long MaxHeldBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>
    /// Bytes of requests of one peer that a server holds at a time, 1 KiB to 1 TiB; a single message may be larger. The default
    /// value is <see langword="null"/>: an eighth of <see cref="MaxHeldBytes"/>.
    /// </summary>
    public long? MaxHeldBytesPerPeer { get; set; }

    internal int ConnectionsPerPeer => MaxConnectionsPerPeer ?? Math.Max(SmallestShare, MaxConnections / 2);

    internal int ConcurrentCallsPerPeer => MaxConcurrentCallsPerPeer ?? Math.Max(SmallestShare, MaxConcurrentCalls / 4);

    internal int ConcurrentStreamsPerPeer => MaxConcurrentStreamsPerPeer ?? Math.Max(SmallestShare, MaxConcurrentStreams / 4);

    internal long HeldBytesPerPeer => MaxHeldBytesPerPeer ?? MaxHeldBytes / 8;

    internal void Validate(string owner, ICollection<string> errors)
    {
        OptionRules.Between(errors, $"{owner} limit MaxMessageBytes", MaxMessageBytes, 1024, 1 << 30);
        OptionRules.Between(errors, $"{owner} limit MaxHeaderBytes", MaxHeaderBytes, 1024, 1 << 20);
        OptionRules.Between(errors, $"{owner} limit MaxHeaders", MaxHeaders, 16, 1000);
        OptionRules.Positive(errors, $"{owner} limit HeaderTimeout", HeaderTimeout);
        OptionRules.Positive(errors, $"{owner} limit StallTimeout", StallTimeout);
        OptionRules.Between(errors, $"{owner} limit MinBodyBytesPerSecond", MinBodyBytesPerSecond, 1, 1 << 30);
        OptionRules.Between(errors, $"{owner} limit MinLargeBodyBytesPerSecond", MinLargeBodyBytesPerSecond, 1, 1 << 30);
        OptionRules.Positive(errors, $"{owner} limit WriteTimeout", WriteTimeout);
        OptionRules.Positive(errors, $"{owner} limit IdleTimeout", IdleTimeout);
        OptionRules.Positive(errors, $"{owner} limit StreamIdleTimeout", StreamIdleTimeout);
        OptionRules.Between(errors, $"{owner} limit MaxConnections", MaxConnections, 1, 1_000_000);
        OptionRules.Between(errors, $"{owner} limit MaxConnectionsPerPeer", ConnectionsPerPeer, 1, 1_000_000);
        OptionRules.Between(errors, $"{owner} limit MaxConcurrentCalls", MaxConcurrentCalls, 1, 1_000_000);
        OptionRules.Between(errors, $"{owner} limit MaxConcurrentCallsPerPeer", ConcurrentCallsPerPeer, 1, 1_000_000);
        OptionRules.Between(errors, $"{owner} limit MaxConcurrentStreams", MaxConcurrentStreams, 1, 1_000_000);
        OptionRules.Between(errors, $"{owner} limit MaxConcurrentStreamsPerPeer", ConcurrentStreamsPerPeer, 1, 1_000_000);
        OptionRules.Between(errors, $"{owner} limit MaxCallsPerConnection", MaxCallsPerConnection, 1, 10_000);
        OptionRules.Between(errors, $"{owner} limit MaxStreamsPerConnection", MaxStreamsPerConnection, 1, 10_000);
        OptionRules.Between(errors, $"{owner} limit MaxStreamBacklog", MaxStreamBacklog, 1, 10_000);
        OptionRules.Between(errors, $"{owner} limit MaxStreamBacklogBytes", MaxStreamBacklogBytes, 1024, 1 << 30);
        OptionRules.Between(errors, $"{owner} limit MaxHeldBytes", MaxHeldBytes, 1 << 20, 1L << 40);
        OptionRules.Between(errors, $"{owner} limit MaxHeldBytesPerPeer", HeldBytesPerPeer, 1024, 1L << 40);
    }
}
