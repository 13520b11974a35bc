using System.Buffers;
using System.Text.Json;

namespace Micro.Codecs.Envelopes;

/// <summary>JSON-RPC 1.0 as go-micro speaks it, member for member: one parameter, the id always a string.</summary>
internal sealed class JsonRpcEnvelope : Envelope
{
    private const string Name = "json-rpc";

    // The envelope adds two levels to those of the message.
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = JsonDefaults.MaxDepth + 2 };

    public override EnvelopedRequest OpenRequest(in ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
        {
            return new EnvelopedRequest("", "", body);
        }

        try
        {
            return ReadRequest(ByteOrderMark.Skip(body));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new CodecException(Name, exception.Message, exception);
        }
    }

    public override void WrapRequest(string endpoint, string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        output.Write("{\"params\":["u8);
        WriteMessage(message, output);
        output.Write("],\"id\":"u8);
        GoJsonText.Write(id, output);
        output.Write(",\"method\":"u8);
        GoJsonText.Write(endpoint, output);
        output.Write("}\n"u8);
    }

    public override EnvelopedResponse OpenResponse(in ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
        {
            return new EnvelopedResponse(null, body);
        }

        try
        {
            return ReadResponse(ByteOrderMark.Skip(body));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new CodecException(Name, exception.Message, exception);
        }
    }

    public override void WrapResponse(string id, ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        WriteId(id, output);
        WriteMessage(message, output);
        output.Write(",\"error\":null}\n"u8);
    }

    public override void WrapError(string id, string error, IBufferWriter<byte> output)
    {
        WriteId(id, output);
        output.Write("null,\"error\":"u8);
        GoJsonText.Write(error, output);
        output.Write("}\n"u8);
    }

    private static EnvelopedRequest ReadRequest(in ReadOnlySequence<byte> body)
    {
        var (endpoint, id, message) = ("", "", ReadOnlySequence<byte>.Empty);
        var reader = new Utf8JsonReader(body, ReaderOptions);
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("method"u8))
            {
                endpoint = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                id = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("params"u8))
            {
                message = ReadParameter(ref reader, body);
            }
            else
            {
                reader.Skip();
            }
        }

        return new EnvelopedRequest(endpoint, id, message);
    }

    private static EnvelopedResponse ReadResponse(in ReadOnlySequence<byte> body)
    {
        string? error = null;
        var message = ReadOnlySequence<byte>.Empty;
        var reader = new Utf8JsonReader(body, ReaderOptions);
        Expect(ref reader, JsonTokenType.StartObject);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("result"u8))
            {
                reader.Read();
                message = ReadMessage(ref reader, body);
            }
            else if (reader.ValueTextEquals("error"u8))
            {
                var text = ReadText(ref reader);
                error = text.Length == 0 ? null : text;
            }
            else
            {
                reader.Skip();
            }
        }

        return new EnvelopedResponse(error, message);
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new CodecException(Name, $"{type} expected");
        }
    }

    /// <summary>Moves to the next member of the envelope; at its end, checks that nothing follows.</summary>
    private static bool NextMember(ref Utf8JsonReader reader) =>
        reader.Read() && (reader.TokenType == JsonTokenType.PropertyName || reader.Read());

    /// <summary>Reads a string, or a number as text; anything else is empty, as in Go.</summary>
    private static string ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (length > MaxHeadBytes)
        {
            throw new CodecException(Name, $"a member has {length} bytes, the limit is {MaxHeadBytes}");
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString()!;
            case JsonTokenType.Number:
                return System.Text.Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
            default:
                reader.Skip();
                return "";
        }
    }

    /// <summary>Reads the first parameter and ignores the others.</summary>
    private static ReadOnlySequence<byte> ReadParameter(ref Utf8JsonReader reader, in ReadOnlySequence<byte> body)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return ReadOnlySequence<byte>.Empty;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new CodecException(Name, "params must be a list");
        }

        var message = ReadOnlySequence<byte>.Empty;
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            var value = ReadMessage(ref reader, body);
            message = index == 0 ? value : message;
        }

        return message;
    }

    private static ReadOnlySequence<byte> ReadMessage(ref Utf8JsonReader reader, in ReadOnlySequence<byte> body)
    {
        var start = reader.TokenStartIndex;
        var isNull = reader.TokenType == JsonTokenType.Null;
        reader.Skip();
        return isNull ? ReadOnlySequence<byte>.Empty : body.Slice(start, reader.BytesConsumed - start);
    }

    private static void WriteId(string id, IBufferWriter<byte> output)
    {
        output.Write("{\"id\":"u8);
        GoJsonText.Write(id, output);
        output.Write(",\"result\":"u8);
    }

    private static void WriteMessage(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        var trimmed = message.TrimEnd("\r\n\t "u8);
        output.Write(trimmed.IsEmpty ? "null"u8 : trimmed);
    }
}
