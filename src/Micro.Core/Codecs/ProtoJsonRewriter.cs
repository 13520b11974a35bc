using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Micro.Codecs;

/// <summary>
/// Checks syntax and depth of proto3 JSON, and rewrites what Google.Protobuf's parser would misread: 64-bit
/// integers, which it rounds to a double; base64 other than padded standard base64; the type of an Any behind its content,
/// for which it keeps the tokens of the content at every level.
/// </summary>
internal ref struct ProtoJsonRewriter
{
    /// <summary>Maximum number of digits for which a double holds every integer.</summary>
    private const int ExactDigits = 15;

    private static readonly ConditionalWeakTable<MessageDescriptor, Dictionary<string, FieldDescriptor>> Fields = [];

    private readonly ReadOnlySpan<byte> _body;
    private readonly TypeRegistry _types;
    private Utf8JsonReader _reader;
    private ArrayBufferWriter<byte>? _output;
    private int _copied;

    private ProtoJsonRewriter(ReadOnlySpan<byte> body, TypeRegistry types)
    {
        _body = body;
        _types = types;
        _reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = JsonDefaults.MaxDepth });
    }

    /// <summary>Returns the text for the parser.</summary>
    /// <exception cref="JsonException">The body is not valid JSON, or nested too deep.</exception>
    /// <exception cref="CodecException">The type in an Any is not known.</exception>
    public static string Rewrite(ReadOnlySpan<byte> body, MessageDescriptor type, TypeRegistry types)
    {
        var rewriter = new ProtoJsonRewriter(body, types);
        rewriter._reader.Read();
        rewriter.ReadMessage(type);
        rewriter._reader.Read(); // refuses trailing content
        return rewriter.Finish();
    }

    private void ReadMessage(MessageDescriptor type)
    {
        if (type.File == WrappersReflection.Descriptor)
        {
            ReadValue(type.FindFieldByNumber(Int64Value.ValueFieldNumber));
        }
        else if (_reader.TokenType != JsonTokenType.StartObject || FieldsOf(type).Count == 0)
        {
            _reader.Skip();
        }
        else if (type == Any.Descriptor)
        {
            ReadAny();
        }
        else
        {
            while (ReadName())
            {
                ReadMember(type);
            }
        }
    }

    /// <summary>Reads an Any and moves its type to the front. An Any without a type is empty, or refused by the parser.</summary>
    private void ReadAny()
    {
        if (!TryFindType(out var url, out var member))
        {
            _reader.Skip();
            return;
        }

        var type = _types.Find(Any.GetTypeName(url)) ?? throw AnyText.UnknownType(url);
        var isWellKnown = ProtoJson.IsWellKnown(type);
        var end = (int)_reader.BytesConsumed;
        var isMoved = !_body[end..member.Start.Value].Trim(" \t\r\n"u8).IsEmpty;
        if (isMoved)
        {
            Replace(end..end, [.. _body[member], (byte)',']);
        }

        while (ReadName())
        {
            if (_reader.TokenStartIndex == member.Start.Value)
            {
                _reader.Read();
                if (isMoved)
                {
                    Replace(end..member.End, []); // with the preceding comma
                }
            }
            else if (isWellKnown && _reader.ValueTextEquals("value"u8))
            {
                _reader.Read();
                ReadMessage(type);
            }
            else
            {
                ReadMember(type);
            }

            end = (int)_reader.BytesConsumed;
        }
    }

    /// <summary>Looks ahead for the type of the Any that begins here.</summary>
    private readonly bool TryFindType(out string url, out Range member)
    {
        var ahead = _reader;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            var start = (int)ahead.TokenStartIndex;
            var isType = ahead.ValueTextEquals("@type"u8);
            ahead.Read();
            if (isType)
            {
                url = ahead.TokenType == JsonTokenType.String ? ahead.GetString()! : "";
                member = start..(int)ahead.BytesConsumed;
                return ahead.TokenType == JsonTokenType.String;
            }

            ahead.Skip();
        }

        (url, member) = ("", default);
        return false;
    }

    private bool ReadName() => _reader.Read() && _reader.TokenType == JsonTokenType.PropertyName;

    private void ReadMember(MessageDescriptor type)
    {
        var field = FieldsOf(type).GetValueOrDefault(_reader.GetString()!);
        _reader.Read();
        switch (field)
        {
            case null:
                _reader.Skip();
                break;
            case { IsMap: true } when _reader.TokenType == JsonTokenType.StartObject:
                var value = field.MessageType.FindFieldByNumber(2);
                while (ReadName())
                {
                    _reader.Read();
                    ReadValue(value);
                }

                break;
            case { IsMap: false, IsRepeated: true } when _reader.TokenType == JsonTokenType.StartArray:
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
                {
                    ReadValue(field);
                }

                break;
            case { IsRepeated: false }:
                ReadValue(field);
                break;
            default:
                _reader.Skip(); // refused by the parser
                break;
        }
    }

    private void ReadValue(FieldDescriptor field)
    {
        if (IsMessage(field))
        {
            ReadMessage(field.MessageType);
        }
        else if (_reader.TokenType == JsonTokenType.Number && IsLarge(field) && MayBeRounded(_reader.ValueSpan))
        {
            Replace(Token, [(byte)'"', .. _reader.ValueSpan, (byte)'"']);
        }
        else if (_reader.TokenType == JsonTokenType.String && field.FieldType == FieldType.Bytes)
        {
            ReadBase64();
        }
        else
        {
            _reader.Skip();
        }
    }

    /// <summary>Converts URL-safe base64 to the standard alphabet and adds missing padding. The parser refuses invalid base64.</summary>
    private void ReadBase64()
    {
        if (!_reader.ValueIsEscaped && _reader.ValueSpan.Length % 4 == 0 && !_reader.ValueSpan.ContainsAny("-_"u8))
        {
            return;
        }

        var text = _reader.GetString()!;
        if (!text.AsSpan().ContainsAny('+', '/'))
        {
            text = text.Replace('-', '+').Replace('_', '/');
        }

        if (!text.Contains('=', StringComparison.Ordinal))
        {
            text += new string('=', -text.Count(static character => !char.IsWhiteSpace(character)) & 3);
        }

        Replace(Token, [(byte)'"', .. JsonEncodedText.Encode(text).EncodedUtf8Bytes, (byte)'"']);
    }

    private readonly Range Token => (int)_reader.TokenStartIndex..(int)_reader.BytesConsumed;

    private void Replace(Range place, scoped ReadOnlySpan<byte> text)
    {
        _output ??= new ArrayBufferWriter<byte>(_body.Length + 64);
        _output.Write(_body[_copied..place.Start.Value]);
        _output.Write(text);
        _copied = place.End.Value;
    }

    private readonly string Finish()
    {
        _output?.Write(_body[_copied..]);
        return Encoding.UTF8.GetString(_output is null ? _body : _output.WrittenSpan);
    }

    private static bool MayBeRounded(ReadOnlySpan<byte> number) => number.Length > ExactDigits || number.ContainsAny("eE"u8);

    /// <summary>Returns the fields that may need to be rewritten, by each of their names in JSON.</summary>
    private static Dictionary<string, FieldDescriptor> FieldsOf(MessageDescriptor type) => Fields.GetValue(type, static type =>
    {
        var fields = new Dictionary<string, FieldDescriptor>(StringComparer.Ordinal);
        foreach (var field in type.Fields.InDeclarationOrder().Where(field => IsAffected(field, [])))
        {
            fields[field.Name] = field;
            fields[field.JsonName] = field;
        }

        return fields;
    });

    private static bool IsAffected(FieldDescriptor field, HashSet<MessageDescriptor> seen) => IsMessage(field)
        ? seen.Add(field.MessageType) && field.MessageType.Fields.InDeclarationOrder().Any(inner => IsAffected(inner, seen))
        : IsLarge(field) || field.FieldType == FieldType.Bytes;

    private static bool IsMessage(FieldDescriptor field) => field.FieldType is FieldType.Message or FieldType.Group;

    private static bool IsLarge(FieldDescriptor field) =>
        field.FieldType is FieldType.Int64 or FieldType.UInt64 or FieldType.SInt64 or FieldType.Fixed64 or FieldType.SFixed64;
}
