using System.Buffers;
using System.Buffers.Text;
using Micro.Basics;

namespace Micro.Transport.Messages;

/// <summary>Joins the chunks of a body (RFC 9112, section 7.1). Trailers are checked like headers, and dropped.</summary>
internal struct ChunkDecoder(int maxBodyBytes, long maxSkippedBytes, int maxTrailerBytes)
{
    /// <summary>A size line: at most 8 hex digits and a short extension.</summary>
    private const int MaxSizeLine = 256;

    private Phase _phase;
    private long _left;
    private long _total;
    private int _trailerBytes;

    private enum Phase
    {
        Size,
        Data,
        DataEnd,
        Trailers,
    }

    /// <summary>Gets the number of bytes of all chunks so far, kept or not.</summary>
    public readonly long TotalBytes => _total - _left;

    /// <summary>Gets whether the body exceeds the limit; it is then read without keeping it, so that the connection can continue.</summary>
    public readonly bool IsTooLarge => _total > maxBodyBytes;

    /// <summary>Decodes the available bytes.</summary>
    /// <returns><see langword="true"/> when the body is complete.</returns>
    /// <exception cref="MalformedMessageException">The chunks are malformed or too large.</exception>
    public bool Decode(in ReadOnlySequence<byte> buffer, PooledBufferWriter output, out SequencePosition consumed, out SequencePosition examined)
    {
        var reader = new SequenceReader<byte>(buffer);
        examined = buffer.End;
        while (true)
        {
            consumed = reader.Position;
            if (_phase == Phase.Data)
            {
                var taken = (int)Math.Min(_left, reader.Remaining);
                if (taken > 0)
                {
                    if (!IsTooLarge)
                    {
                        reader.UnreadSequence.Slice(0, taken).CopyTo(output.GetSpan(taken));
                        output.Advance(taken);
                    }

                    reader.Advance(taken);
                    _left -= taken;
                    consumed = reader.Position;
                }

                if (_left > 0)
                {
                    return false;
                }

                _phase = Phase.DataEnd;
            }

            if (_phase == Phase.DataEnd)
            {
                if (!TakeLineEnd(ref reader))
                {
                    return false;
                }

                _phase = Phase.Size;
                continue;
            }

            if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
            {
                // The first byte of the line end may have arrived.
                return reader.Remaining <= MaxLine + 1 ? false : throw LineTooLong();
            }

            if (line.Length > MaxLine)
            {
                throw LineTooLong();
            }

            switch (_phase)
            {
                case Phase.Size:
                    _left = ParseSize(in line);
                    _total += _left;
                    if (_total > Math.Max(maxBodyBytes, maxSkippedBytes))
                    {
                        throw new MalformedMessageException(413, $"chunked message exceeds the limit of {maxBodyBytes} ({(maxSkippedBytes > 0 ? TransportLimits.ServerSizeFlag : TransportLimits.ClientSizeFlag)})");
                    }

                    _phase = _left == 0 ? Phase.Trailers : Phase.Data;
                    break;
                case Phase.Trailers:
                    if (line.IsEmpty)
                    {
                        consumed = reader.Position;
                        examined = consumed;
                        return true;
                    }

                    _trailerBytes += (int)line.Length;
                    CheckTrailer(in line);
                    break;
            }
        }
    }

    private readonly int MaxLine => _phase == Phase.Size ? MaxSizeLine : maxTrailerBytes - _trailerBytes;

    private readonly MalformedMessageException LineTooLong() =>
        _phase == Phase.Size ? new MalformedMessageException(400, "malformed chunk size") : new MalformedMessageException(431, "trailers too long");

    /// <summary>Consumes the line end after the data of a chunk; <see langword="false"/> when it has not arrived yet.</summary>
    private static bool TakeLineEnd(ref SequenceReader<byte> reader)
    {
        var isEnd = reader.TryPeek(0, out var first) && first == (byte)'\r' && (!reader.TryPeek(1, out var second) || second == (byte)'\n');
        if (reader.Remaining > 0 && !isEnd)
        {
            throw new MalformedMessageException(400, "chunk is longer than announced");
        }

        if (reader.Remaining < 2)
        {
            return false;
        }

        reader.Advance(2);
        return true;
    }

    private static void CheckTrailer(in ReadOnlySequence<byte> line)
    {
        var text = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
        FieldRules.Split(text, isRequest: true, out _);
    }

    private static long ParseSize(in ReadOnlySequence<byte> line)
    {
        Span<byte> text = stackalloc byte[MaxSizeLine];
        line.CopyTo(text);
        text = text[..(int)line.Length];
        if (!FieldRules.IsValue(text))
        {
            // RFC 9112, section 7.1.1: a line end within an extension is used for request smuggling.
            throw new MalformedMessageException(400, "malformed chunk extension");
        }

        var extension = text.IndexOf((byte)';');
        var digits = extension < 0 ? text : text[..extension];
        if (digits.Length is 0 or > 8 || !Utf8Parser.TryParse(digits, out uint size, out var used, 'x') || used != digits.Length)
        {
            throw new MalformedMessageException(400, "malformed chunk size");
        }

        return size;
    }
}
