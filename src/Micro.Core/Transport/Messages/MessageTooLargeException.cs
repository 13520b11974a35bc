namespace Micro.Transport.Messages;

/// <summary>A body is larger than the limit; the connection can continue once the body is skipped.</summary>
internal sealed class MessageTooLargeException(long length, int limit, bool isResponse, bool isRead = false)
    : Exception($"message of {length} bytes exceeds the limit of {limit} ({(isResponse ? TransportLimits.ClientSizeFlag : TransportLimits.ServerSizeFlag)})")
{
    /// <summary>Announced length in bytes.</summary>
    public long Length { get; } = length;

    /// <summary>Gets whether the body has been skipped already.</summary>
    public bool IsRead { get; } = isRead;
}
