using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Micro.Codecs;

/// <summary>
/// Turns messages into bytes and back. Implementations are safe for concurrent use. <c>byte[]</c> and
/// <see cref="ReadOnlyMemory{T}"/> of bytes never reach a codec: they travel as they are.
/// </summary>
public interface ICodec
{
    /// <summary>Name for errors and logs, for example <c>json</c>.</summary>
    string Name { get; }

    /// <summary>Writes a message.</summary>
    /// <typeparam name="T">Type of the message.</typeparam>
    /// <param name="message">The message.</param>
    /// <param name="output">The buffer to write to.</param>
    /// <exception cref="CodecException">The message cannot be written in this format.</exception>
    void Encode<T>(T message, IBufferWriter<byte> output);

    /// <summary>Reads a message.</summary>
    /// <typeparam name="T">Type of the message.</typeparam>
    /// <param name="body">The bytes; empty stands for a message without content.</param>
    /// <returns>The message.</returns>
    /// <exception cref="CodecException">The bytes are not a message of that type.</exception>
    T Decode<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(in ReadOnlySequence<byte> body);
}
