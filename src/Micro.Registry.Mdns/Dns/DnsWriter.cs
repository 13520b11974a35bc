using System.Buffers.Binary;
using System.Net;

namespace Micro.Registry.Mdns.Dns;

/// <summary>
/// Encodes one message into a buffer of the caller. Never throws: a name that is no DNS name or a buffer that is too
/// small makes the result false.
/// </summary>
/// <remarks>
/// Names inside SRV records are never compressed but may be pointed at, as RFC 2782 and go-micro have it.
/// </remarks>
internal ref struct DnsWriter
{
    private const int MaxPointer = 0x3fff;

    private readonly Span<byte> _buffer;
    private readonly List<(string Name, int Start, int Offset)>? _known;
    private int _at;
    private bool _failed;

    private DnsWriter(Span<byte> buffer, bool compress)
    {
        _buffer = buffer;
        _known = compress ? [] : null;
    }

    public static bool TryWrite(DnsMessage message, Span<byte> buffer, bool compress, out int length)
    {
        var writer = new DnsWriter(buffer, compress);
        writer.Write(message);
        length = writer._at;
        return !writer._failed;
    }

    private void Write(DnsMessage message)
    {
        WriteUInt16(message.Id);
        WriteUInt16(message.Flags);
        WriteUInt16((ushort)message.Questions.Count);
        WriteUInt16((ushort)message.Answers.Count);
        WriteUInt16((ushort)message.Authority.Count);
        WriteUInt16((ushort)message.Additional.Count);
        foreach (var question in message.Questions)
        {
            WriteName(question.Name, mayPoint: true);
            WriteUInt16((ushort)question.Type);
            WriteUInt16(question.Class);
        }

        WriteRecords(message.Answers);
        WriteRecords(message.Authority);
        WriteRecords(message.Additional);
    }

    private void WriteRecords(IReadOnlyList<DnsRecord> records)
    {
        foreach (var record in records)
        {
            WriteName(record.Name, mayPoint: true);
            WriteUInt16((ushort)record.Type);
            WriteUInt16(record.Class);
            WriteUInt16((ushort)(record.Ttl >> 16));
            WriteUInt16((ushort)record.Ttl);
            var lengthAt = _at;
            WriteUInt16(0);
            WriteData(record);
            if (_failed || _at - lengthAt - 2 > ushort.MaxValue)
            {
                _failed = true;
                return;
            }

            BinaryPrimitives.WriteUInt16BigEndian(_buffer[lengthAt..], (ushort)(_at - lengthAt - 2));
        }
    }

    private void WriteData(in DnsRecord record)
    {
        switch (record.Type)
        {
            case DnsType.Ptr:
                WriteName(record.Target, mayPoint: true);
                break;
            case DnsType.Srv:
                WriteUInt16(record.Priority);
                WriteUInt16(record.Weight);
                WriteUInt16(record.Port);
                WriteName(record.Target, mayPoint: false);
                break;
            case DnsType.A:
            case DnsType.Aaaa:
                WriteAddress(record.Address);
                break;
            case DnsType.Txt:
                WriteText(record.Text);
                break;
            default:
                _failed = true;
                break;
        }
    }

    private void WriteAddress(IPAddress? address)
    {
        if (address is null || !address.TryWriteBytes(_buffer[_at..], out var written))
        {
            _failed = true;
            return;
        }

        _at += written;
    }

    private void WriteText(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty && !_failed)
        {
            var part = text[..Math.Min(text.Length, DnsLimits.MaxTextBytes)];
            WriteBytes((byte)part.Length, part);
            text = text[part.Length..];
        }
    }

    private void WriteName(string name, bool mayPoint)
    {
        Span<byte> label = stackalloc byte[DnsLimits.MaxLabelBytes];
        var start = _at;
        var rest = name is "." ? default : name.AsSpan();
        while (!rest.IsEmpty && !_failed)
        {
            if (FindKnown(rest) is { } offset)
            {
                if (mayPoint)
                {
                    WriteUInt16((ushort)(0xc000 | offset));
                    return;
                }
            }
            else if (_at <= MaxPointer)
            {
                _known?.Add((name, name.Length - rest.Length, _at));
            }

            if (!DnsName.TryTakeLabel(ref rest, label, out var length) || _at + length + 2 - start > DnsLimits.MaxNameBytes)
            {
                _failed = true;
                return;
            }

            WriteBytes((byte)length, label[..length]);
        }

        WriteBytes(0, default);
    }

    private readonly int? FindKnown(ReadOnlySpan<char> suffix)
    {
        if (_known is not null)
        {
            foreach (var (name, start, offset) in _known)
            {
                if (name.AsSpan(start).SequenceEqual(suffix))
                {
                    return offset;
                }
            }
        }

        return null;
    }

    private void WriteBytes(byte first, scoped ReadOnlySpan<byte> rest)
    {
        if (_failed || _buffer.Length - _at < rest.Length + 1)
        {
            _failed = true;
            return;
        }

        _buffer[_at] = first;
        rest.CopyTo(_buffer[(_at + 1)..]);
        _at += rest.Length + 1;
    }

    private void WriteUInt16(ushort value)
    {
        if (_failed || _buffer.Length - _at < 2)
        {
            _failed = true;
            return;
        }

        BinaryPrimitives.WriteUInt16BigEndian(_buffer[_at..], value);
        _at += 2;
    }
}
