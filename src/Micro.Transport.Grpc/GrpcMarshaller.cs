using System.Buffers;

namespace Micro.Transport.Grpc;

/// <summary>Turns messages into bytes and back.</summary>
/// <typeparam name="T">Type of the message.</typeparam>
/// <param name="Write">Writes a message.</param>
/// <param name="Read">Reads a message; whatever it throws makes the call fail with <see cref="GrpcStatusCode.Internal"/>.</param>
public sealed record GrpcMarshaller<T>(Action<T, IBufferWriter<byte>> Write, Func<ReadOnlySequence<byte>, T> Read);
