using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Micro.Codecs;

/// <summary>JSON: proto3 JSON for protobuf messages, System.Text.Json for the rest; a newline follows every message.</summary>
internal sealed class JsonCodec : ICodec
{
    private const string CodecName = "json";

    private readonly JsonSerializerOptions _options;
    private readonly ProtoJson _proto;
    private readonly JsonWriterPool _writers;

    // By resolver of a call or an endpoint; collected with it.
    private readonly ConditionalWeakTable<IJsonTypeInfoResolver, JsonCodec> _withTypes = [];
    private readonly ConditionalWeakTable<IJsonTypeInfoResolver, JsonCodec>.CreateValueCallback _addTypes;

    public JsonCodec(JsonSerializerOptions? options = null, IEnumerable<FileDescriptor>? files = null)
        : this(options, new ProtoJson(files))
    {
    }

    private JsonCodec(JsonSerializerOptions? options, ProtoJson proto)
    {
        _options = JsonDefaults.Prepare(options);
        _proto = proto;
        _writers = new JsonWriterPool(_options);
        _addTypes = types => new JsonCodec(
            new JsonSerializerOptions(_options) { TypeInfoResolver = JsonTypeInfoResolver.Combine(JsonDefaults.Adapt(types), _options.TypeInfoResolver) },
            _proto);
    }

    public string Name => CodecName;

    /// <summary>Returns the codec with types that the resolver describes; unknown types are resolved here.</summary>
    public JsonCodec With(IJsonTypeInfoResolver types) => _withTypes.GetValue(types, _addTypes);

    public void Encode<T>(T message, IBufferWriter<byte> output)
    {
        try
        {
            if (message is IMessage proto)
            {
                _proto.Write(proto, output);
            }
            else
            {
                WritePlain(message, output);
            }
        }
        catch (Exception exception) when (CodecFailure.IsAboutMessage(exception))
        {
            throw CodecFailure.Wrap(CodecName, exception);
        }

        output.Write("\n"u8);
    }

    // Explicit: the bridge that the compiler makes for a public method with an "in" parameter loses the annotation.
    T ICodec.Decode<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(in ReadOnlySequence<byte> body)
    {
        var json = ByteOrderMark.Skip(body);
        if (json.IsEmpty)
        {
            return EmptyMessage<T>.Create();
        }

        if (json.IsSingleSegment)
        {
            return Decode<T>(json.FirstSpan);
        }

        var length = checked((int)json.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            json.CopyTo(rented);
            return Decode<T>(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private T Decode<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(ReadOnlySpan<byte> body)
    {
        // The reader checks only the strings it returns; skipped strings must be valid as well.
        if (!Utf8.IsValid(body))
        {
            throw new CodecException(CodecName, "the body is not valid UTF-8");
        }

        try
        {
            return typeof(IMessage).IsAssignableFrom(typeof(T))
                ? _proto.Read(EmptyMessage<T>.Create(), body)
                : ReadPlain<T>(body);
        }
        catch (Exception exception) when (CodecFailure.IsAboutMessage(exception))
        {
            throw CodecFailure.Wrap(CodecName, exception);
        }
    }

    private T ReadPlain<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(ReadOnlySpan<byte> body)
    {
        var type = TypeInfo<T>();
        return JsonSerializer.Deserialize(body, type) ?? EmptyMessage<T>.Create() ?? (T)EmptyCollection.Create(type)!;
    }

    private void WritePlain<T>(T message, IBufferWriter<byte> output)
    {
        var writer = _writers.Rent(output);
        try
        {
            JsonSerializer.Serialize(writer, message, TypeInfo<T>());
            writer.Flush();
        }
        finally
        {
            _writers.Return(writer);
        }
    }

    private JsonTypeInfo<T> TypeInfo<T>() =>
        _options.TryGetTypeInfo(typeof(T), out var info)
            ? (JsonTypeInfo<T>)info
            : throw new CodecException(
                CodecName,
                $"no JSON type information for {typeof(T).Name}: list it in the JsonSerializerContext of the contract (JsonContext), or register MicroCodecs.Json with options whose resolver lists it");
}
