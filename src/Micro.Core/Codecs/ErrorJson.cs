using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Micro.Basics;

namespace Micro.Codecs;

/// <summary>Errors as go-micro carries them: one line of JSON <c>{"id","code","detail","status"}</c>, or bare text.</summary>
internal static class ErrorJson
{
    /// <summary>Writes an error: members in Go's order, without empty ones and line breaks.</summary>
    public static void Write(MicroException error, IBufferWriter<byte> output)
    {
        var separator = "{"u8;
        separator = WriteText("\"id\":"u8, error.Id, separator, output);
        if (error.Code != 0)
        {
            output.Write(separator);
            output.Write("\"code\":"u8);
            Utf8Formatter.TryFormat(error.Code, output.GetSpan(11), out var written);
            output.Advance(written);
            separator = ","u8;
        }

        separator = WriteText("\"detail\":"u8, error.Detail, separator, output);
        separator = WriteText("\"status\":"u8, error.Status, separator, output);
        output.Write(separator[0] == '{' ? "{}"u8 : "}"u8);
    }

    public static string Format(MicroException error)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        Write(error, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Parses the error of a server; never fails: text that is not error JSON becomes the detail.</summary>
    public static MicroException Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    public static MicroException Parse(ReadOnlySpan<byte> text) =>
        TryParseJson(text) ?? new MicroException(0, "", Encoding.UTF8.GetString(text));

    private static MicroException? TryParseJson(ReadOnlySpan<byte> text)
    {
        if (text.TrimStart((byte)' ') is not [(byte)'{', ..])
        {
            return null;
        }

        try
        {
            return ReadMembers(text);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return null; // another member type, or not JSON: the text is the detail
        }
    }

    private static MicroException? ReadMembers(ReadOnlySpan<byte> text)
    {
        var (id, code, detail, status) = ("", 0, "", "");
        var reader = new Utf8JsonReader(text);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8))
            {
                id = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("code"u8))
            {
                reader.Read();
                code = reader.TokenType == JsonTokenType.Null ? 0 : reader.GetInt32();
            }
            else if (reader.ValueTextEquals("detail"u8))
            {
                detail = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("status"u8))
            {
                status = ReadText(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        reader.Read(); // refuses trailing content
        return id.Length == 0 && code == 0 && detail.Length == 0 && status.Length == 0
            ? null
            : new MicroException(code, id, detail, KindOf(code, id)) { Status = status.Length == 0 ? ReasonPhrases.Get(code) : status };
    }

    private static string ReadText(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString() ?? "";
    }

    /// <summary>
    /// Returns the kind of a server's error code for retry and ejection; all but two codes are errors of the application. A
    /// client's error that a handler forwards concerns a call further down: the handler itself did run.
    /// </summary>
    public static ErrorKind KindOf(int code, string id) => code switch
    {
        _ when id.StartsWith("go.micro.client", StringComparison.Ordinal) => ErrorKind.Application,
        408 => ErrorKind.Timeout,
        503 => ErrorKind.Unavailable,
        _ => ErrorKind.Application,
    };

    private static ReadOnlySpan<byte> WriteText(ReadOnlySpan<byte> name, string value, ReadOnlySpan<byte> separator, IBufferWriter<byte> output)
    {
        if (value.Length == 0)
        {
            return separator;
        }

        output.Write(separator);
        output.Write(name);
        GoJsonText.Write(value, output);
        return ","u8;
    }
}
