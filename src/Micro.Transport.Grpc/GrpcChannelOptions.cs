namespace Micro.Transport.Grpc;

/// <summary>Settings of a channel. Read once, when the channel is made.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Longest time to make a connection, TLS included; default 2 s, above 0.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Largest message that is accepted, in bytes; default 4 MiB, 1 to 1 GiB. Checked on the announced length, before
    /// memory is taken.
    /// </summary>
    public int MaxReceiveMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Largest message that is sent, in bytes; default 4 MiB, 1 to 1 GiB.</summary>
    public int MaxSendMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Most bytes of response headers and of trailers; default 32 KiB, 1 KiB to 1 MiB, in whole KiB.</summary>
    public int MaxHeaderBytes { get; set; } = 32 * 1024;

    /// <summary>
    /// How long a connection with running calls may be silent before it is tested with a ping; <see langword="null"/>
    /// (the default) never. At least 5 s: servers close connections that are pinged more often than they allow, and
    /// most allow one ping in 5 minutes.
    /// </summary>
    public TimeSpan? KeepAliveDelay { get; set; }

    /// <summary>How long the answer to a ping may take before the connection counts as dead; default 5 s, at least 1 s.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How TLS is used with an <c>https</c> address; the default verifies certificates.</summary>
    public GrpcTlsOptions Tls { get; set; } = new();
}
