using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Micro.Registry.Mdns.Dns;

/// <summary>
/// Decodes one packet. Never throws: a packet that breaks the format or a limit is refused as a whole. Compression
/// pointers may only point backwards, so a name always ends.
/// </summary>
internal ref struct DnsReader
{
    private const int HeaderBytes = 12;

    private readonly ReadOnlySpan<byte> _packet;
    private int _at;
    private int _nameSteps;

    private DnsReader(ReadOnlySpan<byte> packet) => _packet = packet;

    public static bool TryRead(ReadOnlySpan<byte> packet, out DnsMessage message)
    {
        var reader = new DnsReader(packet);
        return reader.TryReadMessage(out message);
    }

    private bool TryReadMessage(out DnsMessage message)
    {
        message = null!;
        if (_packet.Length is < HeaderBytes or > DnsLimits.MaxPacketBytes)
        {
            return false;
        }

        var id = TakeUInt16();
        var flags = TakeUInt16();
        var questionCount = TakeUInt16();
        var answerCount = TakeUInt16();
        var authorityCount = TakeUInt16();
        var additionalCount = TakeUInt16();
        if (questionCount + answerCount + authorityCount + additionalCount > DnsLimits.MaxRecords)
        {
            return false;
        }

        if (!TryReadQuestions(questionCount, out var questions)
            || !TryReadRecords(answerCount, out var answers)
            || !TryReadRecords(authorityCount, out var authority)
            || !TryReadRecords(additionalCount, out var additional))
        {
            return false;
        }

        message = new DnsMessage
        {
            Id = id,
            Flags = flags,
            Questions = questions,
            Answers = answers,
            Authority = authority,
            Additional = additional,
        };
        return true;
    }

    private bool TryReadQuestions(int count, out IReadOnlyList<DnsQuestion> questions)
    {
        questions = [];
        if (count == 0)
        {
            return true;
        }

        var list = new List<DnsQuestion>(Math.Min(count, 4));
        for (var index = 0; index < count; index++)
        {
            if (!TryReadName(ref _at, out var name) || _packet.Length - _at < 4)
            {
                return false;
            }

            list.Add(new DnsQuestion(name, (DnsType)TakeUInt16(), TakeUInt16()));
        }

        questions = list;
        return true;
    }

    private bool TryReadRecords(int count, out IReadOnlyList<DnsRecord> records)
    {
        records = [];
        if (count == 0)
        {
            return true;
        }

        var list = new List<DnsRecord>(Math.Min(count, 8));
        for (var index = 0; index < count; index++)
        {
            if (!TryReadRecord(out var record))
            {
                return false;
            }

            if (record.Type != DnsType.None)
            {
                list.Add(record);
            }
        }

        records = list;
        return true;
    }

    private bool TryReadRecord(out DnsRecord record)
    {
        record = default;
        if (!TryReadName(ref _at, out var name) || _packet.Length - _at < 10)
        {
            return false;
        }

        var type = (DnsType)TakeUInt16();
        var @class = TakeUInt16();
        var ttl = BinaryPrimitives.ReadUInt32BigEndian(_packet[_at..]);
        _at += 4;
        int length = TakeUInt16();
        if (_packet.Length - _at < length)
        {
            return false;
        }

        var start = _at;
        _at += length;
        record = new DnsRecord { Name = name, Type = type, Class = @class, Ttl = ttl, Target = "" };
        return TryReadData(start, _packet.Slice(start, length), ref record);
    }

    private bool TryReadData(int start, ReadOnlySpan<byte> data, ref DnsRecord record)
    {
        switch (record.Type)
        {
            case DnsType.A:
            case DnsType.Aaaa:
                if (data.Length != (record.Type == DnsType.A ? 4 : 16))
                {
                    return false;
                }

                record = record with { Address = new IPAddress(data) };
                return true;

            case DnsType.Ptr:
                var end = start + data.Length;
                if (!TryReadName(ref start, out var pointed) || start != end)
                {
                    return false;
                }

                record = record with { Target = pointed };
                return true;

            case DnsType.Srv:
                return TryReadService(start, data, ref record);

            case DnsType.Txt:
                return TryReadText(data, ref record);

            default:
                record = record with { Type = DnsType.None };
                return true;
        }
    }

    private bool TryReadService(int start, ReadOnlySpan<byte> data, ref DnsRecord record)
    {
        if (data.Length < 7)
        {
            return false;
        }

        var end = start + data.Length;
        start += 6;
        if (!TryReadName(ref start, out var target) || start != end)
        {
            return false;
        }

        record = record with
        {
            Priority = BinaryPrimitives.ReadUInt16BigEndian(data),
            Weight = BinaryPrimitives.ReadUInt16BigEndian(data[2..]),
            Port = BinaryPrimitives.ReadUInt16BigEndian(data[4..]),
            Target = target,
        };
        return true;
    }

    private static bool TryReadText(ReadOnlySpan<byte> data, ref DnsRecord record)
    {
        var length = 0;
        for (var at = 0; at < data.Length; at += data[at] + 1)
        {
            if (data.Length - at - 1 < data[at])
            {
                return false;
            }

            length += data[at];
        }

        var text = length == 0 ? [] : new byte[length];
        var written = 0;
        for (var at = 0; at < data.Length; at += data[at] + 1)
        {
            data.Slice(at + 1, data[at]).CopyTo(text.AsSpan(written));
            written += data[at];
        }

        record = record with { Text = text };
        return true;
    }

    private bool TryReadName(ref int at, out string name)
    {
        name = "";
        var text = new StringBuilder(64);
        var position = at;
        var lowest = at;
        var jumped = false;
        var labels = 0;
        var bytes = 1;
        while (position < _packet.Length && ++_nameSteps <= DnsLimits.MaxNameSteps)
        {
            int length = _packet[position];
            switch (length & 0xc0)
            {
                case 0 when length == 0:
                    if (!jumped)
                    {
                        at = position + 1;
                    }

                    name = text.Length == 0 ? "." : text.ToString();
                    return true;

                case 0:
                    bytes += length + 1;
                    if (++labels > DnsLimits.MaxLabels || bytes > DnsLimits.MaxNameBytes || _packet.Length - position - 1 < length)
                    {
                        return false;
                    }

                    DnsName.AppendLabel(text, _packet.Slice(position + 1, length));
                    position += length + 1;
                    break;

                case 0xc0 when position + 1 < _packet.Length:
                    var target = ((length & 0x3f) << 8) | _packet[position + 1];
                    // Strictly before the lowest byte of this name so far: no loop is possible.
                    if (target >= lowest || target < HeaderBytes)
                    {
                        return false;
                    }

                    if (!jumped)
                    {
                        at = position + 2;
                        jumped = true;
                    }

                    position = lowest = target;
                    break;

                default:
                    return false;
            }
        }

        return false;
    }

    private ushort TakeUInt16()
    {
        var value = BinaryPrimitives.ReadUInt16BigEndian(_packet[_at..]);
        _at += 2;
        return value;
    }
}
