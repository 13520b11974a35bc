namespace Micro.Transport;

/// <summary>Where a <see cref="CoalescingWriter"/> sends to.</summary>
internal interface IByteSink
{
    /// <summary>Sends bytes; called by one thread at a time.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Told when a send has to wait for the other side, and when it is done.</summary>
    void OnSending(bool waits);

    /// <summary>Reports a change of the memory that waits for the other side, in bytes; called within a lock of the writer.</summary>
    void OnWaiting(long bytes);
}
