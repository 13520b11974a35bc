using System.Buffers;
using System.Text;

namespace Micro.Codecs.Envelopes;

internal static class EnvelopeTesting
{
    public static byte[] Write(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    public static string Text(this ReadOnlySequence<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
