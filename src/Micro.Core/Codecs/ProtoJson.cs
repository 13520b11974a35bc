using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Micro.Codecs;

/// <summary>Reads and writes proto3 JSON with Google.Protobuf, with the same checks as for plain JSON.</summary>
/// <param name="files">Files whose types a google.protobuf.Any may hold, besides those of the message itself.</param>
internal sealed class ProtoJson(IEnumerable<FileDescriptor>? files)
{
    private static readonly FileDescriptor[] WellKnown =
    [
        AnyReflection.Descriptor,
        ApiReflection.Descriptor,
        DurationReflection.Descriptor,
        EmptyReflection.Descriptor,
        FieldMaskReflection.Descriptor,
        SourceContextReflection.Descriptor,
        StructReflection.Descriptor,
        TimestampReflection.Descriptor,
        TypeReflection.Descriptor,
        WrappersReflection.Descriptor,
    ];

    private readonly FileDescriptor[] _files = [.. files ?? [], .. WellKnown];

    private readonly ConditionalWeakTable<FileDescriptor, Contract> _contracts = [];

    /// <summary>Returns whether the type has special JSON, not that of its fields; inside an Any it is in <c>value</c>.</summary>
    public static bool IsWellKnown(MessageDescriptor type) => WellKnown.Contains(type.File);

    public void Write(IMessage message, IBufferWriter<byte> output)
    {
        var text = AnyText.IsHeldBy(message.Descriptor) ? AnyText.Format(message, ContractOf(message.Descriptor).Types) : AnyText.Formatter.Format(message);
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

    /// <param name="template">An empty message of the wanted type; <see langword="null"/> if the type cannot be created.</param>
    /// <param name="body">JSON as valid UTF-8.</param>
    public T Read<T>(T template, ReadOnlySpan<byte> body)
    {
        if (template is not IMessage { Descriptor: var descriptor })
        {
            throw new CodecException("json", $"{typeof(T).Name} is not a message type that can be created");
        }

        var (types, parser) = ContractOf(descriptor);
        var text = ProtoJsonRewriter.Rewrite(body, descriptor, types);
        var culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture; // the parser's errors contain numbers
        try
        {
            return (T)parser.Parse(text, descriptor);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private Contract ContractOf(MessageDescriptor message) => _contracts.GetValue(message.File, file =>
    {
        var types = TypeRegistry.FromFiles([file, .. _files]);
        return new Contract(types, new JsonParser(new JsonParser.Settings(JsonDefaults.MaxDepth, types).WithIgnoreUnknownFields(ignoreUnknownFields: true)));
    });

    /// <summary>Removes the blanks between tokens; Go writes none.</summary>
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

    /// <summary>The types that an Any in messages of one file may hold, and the parser that knows them.</summary>
    private sealed record Contract(TypeRegistry Types, JsonParser Parser);
}
