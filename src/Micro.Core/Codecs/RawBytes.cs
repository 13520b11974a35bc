using System.Buffers;

namespace Micro.Codecs;

/// <summary>Encodes and decodes raw bytes, which bypass every codec; checked before the codec.</summary>
internal static class RawBytes
{
    public static bool TryEncode<T>(T message, IBufferWriter<byte> output)
    {
        if (message is byte[] array)
        {
            output.Write(array);
            return true;
        }

        if (message is ReadOnlyMemory<byte> memory)
        {
            output.Write(memory.Span);
            return true;
        }

        return typeof(T) == typeof(byte[]); // a null array is an empty body
    }

    /// <summary>Copies the body: the memory behind it belongs to the transport.</summary>
    public static bool TryDecode<T>(in ReadOnlySequence<byte> body, out T message)
    {
        if (typeof(T) == typeof(byte[]))
        {
            message = (T)(object)body.ToArray();
            return true;
        }

        if (typeof(T) == typeof(ReadOnlyMemory<byte>))
        {
            message = (T)(object)new ReadOnlyMemory<byte>(body.ToArray());
            return true;
        }

        message = default!;
        return false;
    }
}
