namespace Micro.Transport;

/// <summary>
/// Limits on what a peer may send or hold. None can be switched off; values outside their range are an error.
/// </summary>
public sealed class TransportLimits
{
    /// <summary>Largest message body in bytes, 1 KiB to 1 GiB. The default value is 4 MiB.</summary>
    public int MaxMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Most bytes of start line and headers, 1 KiB to 1 MiB. The default value is 32 KiB.</summary>
    public int MaxHeaderBytes { get; set; } = 32 * 1024;

    /// <summary>Most headers of a message, 16 to 1,000. The default value is 100.</summary>
    public int MaxHeaders { get; set; } = 100;

    /// <summary>How long a message may take to arrive once its first byte is there: its head; positive. The default value is 10 s.</summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Slowest allowed arrival of a body in bytes per second, after <see cref="HeaderTimeout"/>, 1 to 1 GiB. The default value is 240.</summary>
    public int MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>How long a reader on the other side may take for what is being written to it; positive. The default value is 15 s.</summary>
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may be idle, ± 10 %; positive, and longer than the clients' pools keep theirs. The default value is 120 s.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Most connections of a server, 1 to 1,000,000. The default value is 20,000.</summary>
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>Most calls that run at a time in a server, 1 to 1,000,000; more are answered 503 at once. The default value is 10,000.</summary>
    public int MaxConcurrentCalls { get; set; } = 10_000;

    /// <summary>
    /// Most calls that run at a time on one connection of a client that multiplexes, 1 to 10,000; what comes on top is not
    /// read until some have ended. The default value is 256.
    /// </summary>
    public int MaxCallsPerConnection { get; set; } = 256;

    /// <summary>Most streams on one connection, 1 to 10,000. The default value is 100.</summary>
    public int MaxStreamsPerConnection { get; set; } = 100;

    /// <summary>Messages of a stream that wait for their reader before the connection is read no further, 1 to 10,000. The default value is 16.</summary>
    public int MaxStreamBacklog { get; set; } = 16;

    internal void Validate(string owner, ICollection<string> errors)
    {
        OptionRules.Between(errors, $"{owner} limit MaxMessageBytes", MaxMessageBytes, 1024, 1 << 30);
        OptionRules.Between(errors, $"{owner} limit MaxHeaderBytes", MaxHeaderBytes, 1024, 1 << 20);
        OptionRules.Between(errors, $"{owner} limit MaxHeaders", MaxHeaders, 16, 1000);
        OptionRules.Positive(errors, $"{owner} limit HeaderTimeout", HeaderTimeout);
        OptionRules.Between(errors, $"{owner} limit MinBodyBytesPerSecond", MinBodyBytesPerSecond, 1, 1 << 30);
        OptionRules.Positive(errors, $"{owner} limit WriteTimeout", WriteTimeout);
        OptionRules.Positive(errors, $"{owner} limit IdleTimeout", IdleTimeout);
        OptionRules.Between(errors, $"{owner} limit MaxConnections", MaxConnections, 1, 1_000_000);
        OptionRules.Between(errors, $"{owner} limit MaxConcurrentCalls", MaxConcurrentCalls, 1, 1_000_000);
        OptionRules.Between(errors, $"{owner} limit MaxCallsPerConnection", MaxCallsPerConnection, 1, 10_000);
        OptionRules.Between(errors, $"{owner} limit MaxStreamsPerConnection", MaxStreamsPerConnection, 1, 10_000);
        OptionRules.Between(errors, $"{owner} limit MaxStreamBacklog", MaxStreamBacklog, 1, 10_000);
    }
}
