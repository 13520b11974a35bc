namespace Micro.Transport;

/// <summary>Where a <see cref="CoalescingWriter"/> sends to.</summary>
internal interface IByteSink
{
    /// <summary>Sends bytes; called by one thread at a time.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>Told when a send has to wait for the other side, and when it is done.</summary>
    void OnSending(bool waits);

    /// <summary>Told how many bytes of memory more, or fewer, wait for the other side; called within a lock of the writer.</summary>
    void OnWaiting(long bytes);
}
