namespace Micro.Transport.Grpc.Client;

/// <summary>The body that the gRPC library writes a stream's messages to; each write is one frame.</summary>
internal sealed class MessageStream(MessagesContent content, Task exchange, CancellationToken ended) : ConnectionStream
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        content.WriteAsync(buffer, exchange, ended);
}
