namespace Micro.Server.Peers;

/// <summary>A message that waits until there is room for it.</summary>
/// <param name="Bytes">The room that it needs.</param>
/// <param name="BufferedBytes">The bytes of it that the transport may hold until then.</param>
/// <param name="Admitted">Completes when it has the room.</param>
internal sealed record ByteWaiter(long Bytes, long BufferedBytes, TaskCompletionSource Admitted);
