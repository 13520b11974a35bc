namespace Micro.Transport;

/// <summary>The target of a <see cref="CoalescingWriter"/>.</summary>
internal interface IByteSink
{
    /// <summary>Sends bytes; called by one thread at a time.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Called when a send has to wait for the peer, and when it completes.</summary>
    void OnSending(bool waits);

    /// <summary>Reports a change of the memory that waits for the peer, in bytes; called within a lock of the writer.</summary>
    void OnWaiting(long bytes);
}
