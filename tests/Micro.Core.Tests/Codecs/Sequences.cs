using System.Buffers;
using System.Text;

namespace Micro.Codecs;

/// <summary>Bytes as the transport hands them over: in one piece or in many.</summary>
internal static class Sequences
{
    public static ReadOnlySequence<byte> Of(string text) => new(Encoding.UTF8.GetBytes(text));

    public static ReadOnlySequence<byte> Of(params byte[] bytes) => new(bytes);

    public static ReadOnlySequence<byte> OfHex(string hex) => new(Convert.FromHexString(hex));

    /// <summary>The same bytes in segments of <paramref name="size"/>.</summary>
    public static ReadOnlySequence<byte> InPieces(ReadOnlySpan<byte> bytes, int size)
    {
        var first = new Segment(bytes[..Math.Min(size, bytes.Length)].ToArray(), null);
        var last = first;
        for (var index = size; index < bytes.Length; index += size)
        {
            last = new Segment(bytes.Slice(index, Math.Min(size, bytes.Length - index)).ToArray(), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? previous)
        {
            Memory = bytes;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
