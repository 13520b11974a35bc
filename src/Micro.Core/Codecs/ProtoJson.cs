using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Micro.Codecs;

/// <summary>proto3 JSON by Google.Protobuf, in front of it the same checks as for plain JSON.</summary>
internal static class ProtoJson
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(formatDefaultValues: false));

    private static readonly JsonParser Parser =
        new(new JsonParser.Settings(JsonDefaults.MaxDepth, TypeRegistry.Empty).WithIgnoreUnknownFields(ignoreUnknownFields: true));

    public static void Write(IMessage message, IBufferWriter<byte> output)
    {
        var text = Formatter.Format(message);
        var rented = ArrayPool<char>.Shared.Rent(text.Length);
        try
        {
            var length = Compact(text, rented);
            Encoding.UTF8.GetBytes(rented.AsSpan(0, length), output);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(rented);
        }
    }

    /// <param name="template">An empty message of the wanted type, <see langword="null"/> if there can be none.</param>
    /// <param name="body">JSON as valid UTF-8.</param>
    public static T Read<T>(T template, ReadOnlySpan<byte> body)
    {
        if (template is not IMessage { Descriptor: var descriptor })
        {
            throw new CodecException("json", $"{typeof(T).Name} is no message type that can be made");
        }

        ThrowIfMalformed(body);
        return (T)Parser.Parse(Encoding.UTF8.GetString(body), descriptor);
    }

    /// <summary>Depth and syntax by the strict reader: the parser behind is more tolerant and slower to refuse.</summary>
    private static void ThrowIfMalformed(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = JsonDefaults.MaxDepth });
        while (reader.Read())
        {
        }
    }

    /// <summary>Leaves out the blanks that the formatter puts between tokens; Go writes none.</summary>
    private static int Compact(string text, Span<char> target)
    {
        var length = 0;
        var inString = false;
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (character == ' ' && !inString)
            {
                continue;
            }

            target[length++] = character;
            if (character == '"')
            {
                inString = !inString;
            }
            else if (character == '\\')
            {
                target[length++] = text[++index]; // the formatter escapes inside strings only
            }
        }

        return length;
    }
}
