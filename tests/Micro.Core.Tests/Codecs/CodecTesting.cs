using System.Buffers;
using System.Text;

namespace Micro.Codecs;

internal static class CodecTesting
{
    public static byte[] Bytes<T>(this ICodec codec, T message)
    {
        var output = new ArrayBufferWriter<byte>();
        codec.EncodeMessage(message, output);
        return output.WrittenSpan.ToArray();
    }

    public static string Text<T>(this ICodec codec, T message) => Encoding.UTF8.GetString(codec.Bytes(message));

    public static T Read<T>(this ICodec codec, string text) => codec.DecodeMessage<T>(Sequences.Of(text));
}
