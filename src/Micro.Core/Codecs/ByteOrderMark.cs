using System.Buffers;

namespace Micro.Codecs;

/// <summary>The byte order mark that some editors and libraries put in front of UTF-8; JSON readers may ignore it (RFC 8259, section 8.1).</summary>
internal static class ByteOrderMark
{
    private static ReadOnlySpan<byte> Mark => [0xEF, 0xBB, 0xBF];

    /// <summary>Returns the bytes without the mark.</summary>
    public static ReadOnlySequence<byte> Skip(in ReadOnlySequence<byte> body)
    {
        var reader = new SequenceReader<byte>(body);
        return reader.IsNext(Mark, advancePast: true) ? reader.UnreadSequence : body;
    }
}
