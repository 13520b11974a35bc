using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Micro.Transport.Messages;

/// <summary>
/// Start line and headers of one HTTP/1.1 message, kept as bytes in a buffer that the next message reuses. Creates no strings
/// until metadata is requested.
/// </summary>
internal sealed class MessageHead : IHeaderSource, IDisposable
{
    private const int CommonFields = 24;

    private readonly int[] _known = new int[(int)KnownHeader.Count];
    private Field[] _fields = [];
    private byte[] _buffer = [];
    private int _count;

    /// <summary>The start line: request line or status line.</summary>
    public ReadOnlySpan<byte> StartLine => _buffer.AsSpan(0, StartLineLength);

    public int StartLineLength { get; private set; }

    /// <summary>Gets the method of a request.</summary>
    public RequestMethod Method { get; private set; }

    public bool IsHttp10 { get; private set; }

    /// <summary>Status of a response; 0 for a request.</summary>
    public int StatusCode { get; private set; }

    /// <summary>Bytes of the body when announced; -1 when not.</summary>
    public long ContentLength { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>Gets whether the connection ends after this message (RFC 9112, section 9.3).</summary>
    public bool ClosesConnection { get; private set; }

    public bool ExpectsContinue { get; private set; }

    public int HeaderCount => _count;

    public ReadOnlySpan<byte> this[KnownHeader header]
    {
        get
        {
            var index = _known[(int)header];
            return index < 0 ? default : ValueOf(index);
        }
    }

    public bool Has(KnownHeader header) => _known[(int)header] >= 0;

    /// <summary>
    /// Gets whether the sender is not a client of this framework or go-micro, which name the service, their call or their
    /// stream: a probe, curl, another publisher.
    /// </summary>
    public bool IsPlainHttp =>
        GetEither(KnownHeader.MicroId, KnownHeader.XMicroId).IsEmpty
        && GetEither(KnownHeader.MicroService, KnownHeader.XMicroService).IsEmpty
        && GetEither(KnownHeader.MicroStream, KnownHeader.XMicroStream).IsEmpty;

    /// <summary>Returns a <c>Micro-*</c> header or, when it is missing, its <c>X-</c> form.</summary>
    public ReadOnlySpan<byte> GetEither(KnownHeader header, KnownHeader twin) => Has(header) ? this[header] : this[twin];

    /// <summary>Reads the head of a message.</summary>
    /// <param name="source">Everything up to and without the empty line.</param>
    /// <param name="limits">Limits of the connection.</param>
    /// <param name="isResponse"><see langword="true"/> to expect a status line.</param>
    /// <exception cref="MalformedMessageException">The bytes are not a valid head.</exception>
    public void Parse(in ReadOnlySequence<byte> source, TransportLimits limits, bool isResponse)
    {
        var length = (int)source.Length;
        if (_buffer.Length < length)
        {
            Release();
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(length, 512));
        }

        source.CopyTo(_buffer);
        Array.Fill(_known, -1);
        _count = 0;
        ContentLength = -1;
        IsChunked = false;
        ExpectsContinue = false;
        StatusCode = 0;
        Method = RequestMethod.Other;

        var bytes = _buffer.AsSpan(0, length);
        var position = NextLine(bytes, 0, out var lineEnd);
        StartLineLength = lineEnd;
        ParseStartLine(isResponse);
        ClosesConnection = IsHttp10;
        while (position < length)
        {
            var start = position;
            position = NextLine(bytes, start, out lineEnd);
            ParseField(bytes, start, lineEnd, limits);
        }

        if (!isResponse)
        {
            CheckRequest();
        }

        if (StatusCode == 200 && !IsChunked && ContentLength < 0)
        {
            // A body that ends with the connection cannot be distinguished from a broken one.
            throw new MalformedMessageException(502, "neither Content-Length nor chunks");
        }

        if (IsChunked && ContentLength >= 0)
        {
            // Two lengths for one body are used for request smuggling (RFC 9112, section 6.3).
            throw new MalformedMessageException(400, "both Content-Length and Transfer-Encoding");
        }
    }

    /// <summary>Moves the content to a new head, for a stream that outlives the message that opened it.</summary>
    public MessageHead Detach()
    {
        var detached = new MessageHead
        {
            _buffer = _buffer,
            _fields = _fields,
            _count = _count,
            StartLineLength = StartLineLength,
            Method = Method,
            IsHttp10 = IsHttp10,
            ClosesConnection = ClosesConnection,
        };
        _known.CopyTo(detached._known, 0);
        _buffer = [];
        _fields = [];
        Forget();
        return detached;
    }

    public CallMetadata ReadMetadata()
    {
        var metadata = new CallMetadata();
        for (var index = 0; index < _count; index++)
        {
            metadata.AddReceived(Encoding.ASCII.GetString(NameOf(index)), Encoding.UTF8.GetString(ValueOf(index)));
        }

        return metadata;
    }

    /// <summary>
    /// Reads the response metadata of a reply: headers that are not the protocol's own, and those among them that carry
    /// trailers. <see langword="null"/> for none.
    /// </summary>
    public (CallMetadata? Headers, CallMetadata? Trailers) ReadResponseMetadata()
    {
        CallMetadata? headers = null, trailers = null;
        for (var index = 0; index < _count; index++)
        {
            var name = NameOf(index);
            if (KnownHeaders.Match(name) != KnownHeader.Other)
            {
                continue;
            }

            var value = Encoding.UTF8.GetString(ValueOf(index));
            if (name.Length > MucpHeaderNames.TrailerPrefix.Length
                && Ascii.EqualsIgnoreCase(name[..MucpHeaderNames.TrailerPrefix.Length], MucpHeaderNames.TrailerPrefix))
            {
                (trailers ??= new CallMetadata()).AddReceived(Encoding.ASCII.GetString(name[MucpHeaderNames.TrailerPrefix.Length..]), value);
            }
            else
            {
                (headers ??= new CallMetadata()).AddReceived(Encoding.ASCII.GetString(name), value);
            }
        }

        return (headers, trailers);
    }

    public string? ReadHeader(string name)
    {
        string? found = null;
        for (var index = 0; index < _count; index++)
        {
            if (Ascii.EqualsIgnoreCase(NameOf(index), name))
            {
                var value = Encoding.UTF8.GetString(ValueOf(index));
                found = found is null ? value : $"{found},{value}";
            }
        }

        return found;
    }

    /// <summary>Returns the memory to the pool until the next message.</summary>
    public void Release()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        if (_fields.Length > 0)
        {
            ArrayPool<Field>.Shared.Return(_fields);
            _fields = [];
        }

        Forget();
    }

    public void Dispose() => Release();

    private static int NextLine(ReadOnlySpan<byte> bytes, int start, out int lineEnd)
    {
        var feed = bytes[start..].IndexOf((byte)'\n');
        if (feed < 0)
        {
            lineEnd = bytes.Length;
            return bytes.Length;
        }

        if (feed == 0 || bytes[start + feed - 1] != '\r')
        {
            throw new MalformedMessageException(400, "line does not end with CR LF");
        }

        lineEnd = start + feed - 1;
        return start + feed + 1;
    }

    private void ParseStartLine(bool isResponse)
    {
        var line = StartLine;
        var version = isResponse ? line[..Math.Min(8, line.Length)] : line[Math.Max(0, line.Length - 8)..];
        IsHttp10 = version.SequenceEqual("HTTP/1.0"u8);
        if (!IsHttp10 && !version.SequenceEqual("HTTP/1.1"u8))
        {
            throw new MalformedMessageException(version.StartsWith("HTTP/"u8) ? 505 : 400, "not an HTTP/1.1 message");
        }

        if (!isResponse)
        {
            Method = RequestLine.Parse(line);
            return;
        }

        if (line.Length < 12 || line[8] != ' ' || !System.Buffers.Text.Utf8Parser.TryParse(line.Slice(9, 3), out int status, out var used) || used != 3)
        {
            throw new MalformedMessageException(502, "malformed status line");
        }

        StatusCode = status;
    }

    /// <summary>Checks the rules that span several fields. Servers read a request that breaks one differently, which is used for request smuggling.</summary>
    private void CheckRequest()
    {
        if (!IsHttp10 && !Has(KnownHeader.Host))
        {
            throw new MalformedMessageException(400, "no Host header");
        }

        if (IsHttp10 && IsChunked)
        {
            throw new MalformedMessageException(400, "Transfer-Encoding in HTTP/1.0");
        }

        if (!RequestLine.IsConsistent(StartLine, this[KnownHeader.Host]))
        {
            throw new MalformedMessageException(400, "the request target does not match the method or the Host header");
        }
    }

    private void ParseField(ReadOnlySpan<byte> bytes, int start, int end, TransportLimits limits)
    {
        var line = bytes[start..end];
        var where = FieldRules.Split(line, isRequest: StatusCode == 0, out var colon);
        var value = line[where];
        if (_count == limits.MaxHeaders)
        {
            throw new MalformedMessageException(431, $"more than {limits.MaxHeaders} headers");
        }

        if (_count == _fields.Length)
        {
            Grow();
        }

        _fields[_count] = new Field(start, colon, start + where.Start.Value, value.Length);
        var header = KnownHeaders.Match(line[..colon]);
        if (header != KnownHeader.Other)
        {
            ReadKnown(header, value);
        }

        _count++;
    }

    private void Grow()
    {
        var larger = ArrayPool<Field>.Shared.Rent(Math.Max(CommonFields, _fields.Length * 2));
        _fields.CopyTo(larger, 0);
        if (_fields.Length > 0)
        {
            ArrayPool<Field>.Shared.Return(_fields);
        }

        _fields = larger;
    }

    private void Forget()
    {
        _count = 0;
        StartLineLength = 0;
        Array.Fill(_known, -1);
    }

    private void ReadKnown(KnownHeader header, ReadOnlySpan<byte> value)
    {
        switch (header)
        {
            case KnownHeader.ContentLength:
                if (Has(KnownHeader.ContentLength)
                    || value.Length is 0 or > 18
                    || value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
                    || !System.Buffers.Text.Utf8Parser.TryParse(value, out long length, out _))
                {
                    throw new MalformedMessageException(400, "malformed Content-Length");
                }

                ContentLength = length;
                break;
            case KnownHeader.TransferEncoding:
                if (Has(KnownHeader.TransferEncoding) || !Ascii.EqualsIgnoreCase(value, "chunked"u8))
                {
                    throw new MalformedMessageException(501, "Transfer-Encoding other than chunked");
                }

                IsChunked = true;
                break;
            case KnownHeader.Connection:
                if (FieldRules.Lists(value, "close"u8))
                {
                    ClosesConnection = true;
                }
                else if (IsHttp10 && FieldRules.Lists(value, "keep-alive"u8))
                {
                    ClosesConnection = false;
                }

                break;
            case KnownHeader.Host:
                if (StatusCode == 0 && (Has(KnownHeader.Host) || !HostRules.IsValid(value)))
                {
                    throw new MalformedMessageException(400, "malformed Host");
                }

                break;
            case KnownHeader.Expect:
                ExpectsContinue = Ascii.EqualsIgnoreCase(value, "100-continue"u8);
                break;
        }

        if (_known[(int)header] < 0)
        {
            _known[(int)header] = _count;
        }
    }

    private ReadOnlySpan<byte> NameOf(int index) => _buffer.AsSpan(_fields[index].NameStart, _fields[index].NameLength);

    private ReadOnlySpan<byte> ValueOf(int index) => _buffer.AsSpan(_fields[index].ValueStart, _fields[index].ValueLength);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Field(int NameStart, int NameLength, int ValueStart, int ValueLength);
}
