using Micro.Transport;

namespace Micro.Testing.Network;

/// <summary>One end of a connection in memory.</summary>
internal sealed class MemoryStreamEnd(ByteQueue incoming, ByteQueue outgoing) : ConnectionStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        incoming.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        outgoing.WriteAsync(buffer, cancellationToken);

    /// <summary>Resets the connection.</summary>
    public void Reset()
    {
        incoming.Reset();
        outgoing.Reset();
    }

    protected override void Dispose(bool disposing)
    {
        outgoing.End();
        incoming.Abandon();
        base.Dispose(disposing);
    }
}
