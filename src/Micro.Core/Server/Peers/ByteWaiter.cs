namespace Micro.Server.Peers;

/// <summary>A message that waits for memory.</summary>
/// <param name="Bytes">The memory that it needs.</param>
/// <param name="BufferedBytes">The bytes of it that the transport may hold until then.</param>
/// <param name="Admitted">Completes when the memory is reserved.</param>
internal sealed record ByteWaiter(long Bytes, long BufferedBytes, TaskCompletionSource Admitted);
