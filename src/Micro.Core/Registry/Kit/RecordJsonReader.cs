using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Micro.Basics;

namespace Micro.Registry.Kit;

/// <summary>
/// Reads records of other systems tolerantly: member names in any letter case, <c>null</c> and missing collections are
/// empty, unknown members are skipped. Anything else that does not fit makes the whole record undecodable.
/// </summary>
internal static class RecordJsonReader
{
    /// <summary>Deepest nesting that is read; deeper records are refused.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads one member of an object; the reader stands on its value and must be left on its end.</summary>
    public delegate void MemberReader<TState>(ref Utf8JsonReader reader, string name, ref TState state);

    private delegate T ItemReader<out T>(ref Utf8JsonReader reader);

    public static bool TryReadService(ReadOnlySpan<byte> json, [NotNullWhen(true)] out ServiceRecord? service) =>
        TryReadDocument(json, new ServiceRecord { Name = "" }, ReadServiceMember, out service);

    public static bool TryReadNode(ReadOnlySpan<byte> json, [NotNullWhen(true)] out Node? node) =>
        TryReadDocument(json, EmptyNode, ReadNodeMember, out node);

    public static bool TryReadEndpoint(ReadOnlySpan<byte> json, [NotNullWhen(true)] out Endpoint? endpoint) =>
        TryReadDocument(json, EmptyEndpoint, ReadEndpointMember, out endpoint);

    /// <summary>Reads a whole document that must be one object.</summary>
    public static bool TryReadDocument<T>(
        ReadOnlySpan<byte> json,
        T initial,
        MemberReader<T> readMember,
        [NotNullWhen(true)] out T? result)
        where T : class
    {
        result = null;
        try
        {
            var reader = new Utf8JsonReader(json, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return false;
            }

            var state = initial;
            ReadObject(ref reader, ref state, readMember);
            if (reader.Read())
            {
                return false;
            }

            result = state;
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid UTF-8 or UTF-16, or a value of another kind.
            return false;
        }
    }

    public static string ReadString(ref Utf8JsonReader reader) => reader.GetString() ?? "";

    public static IReadOnlyDictionary<string, string> ReadMap(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return Labels.Empty;
        }

        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        ReadObject(ref reader, ref map, static (ref Utf8JsonReader reader, string name, ref Dictionary<string, string> map) =>
            map[name] = ReadString(ref reader));
        return map;
    }

    public static IReadOnlyList<Endpoint> ReadEndpoints(ref Utf8JsonReader reader) =>
        ReadList(ref reader, ServiceRecordRules.MaxEndpoints, static (ref Utf8JsonReader reader) =>
            ReadItem(ref reader, EmptyEndpoint, ReadEndpointMember));

    private static Node EmptyNode => new() { Id = "", Address = "" };

    private static Endpoint EmptyEndpoint => new() { Name = "" };

    private static List<Node> ReadNodes(ref Utf8JsonReader reader) =>
        ReadList(ref reader, int.MaxValue, static (ref Utf8JsonReader reader) => ReadItem(ref reader, EmptyNode, ReadNodeMember));

    private static List<Value> ReadValues(ref Utf8JsonReader reader) =>
        ReadList(ref reader, int.MaxValue, static (ref Utf8JsonReader reader) => ReadItem(ref reader, new Value(), ReadValueMember));

    private static void ReadServiceMember(ref Utf8JsonReader reader, string name, ref ServiceRecord service)
    {
        switch (name.ToUpperInvariant())
        {
            case "NAME":
                service = service with { Name = ReadString(ref reader) };
                break;
            case "VERSION":
                service = service with { Version = ReadString(ref reader) };
                break;
            case "METADATA":
                service = service with { Metadata = ReadMap(ref reader) };
                break;
            case "ENDPOINTS":
                service = service with { Endpoints = ReadEndpoints(ref reader) };
                break;
            case "NODES":
                service = service with { Nodes = ReadNodes(ref reader) };
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static void ReadNodeMember(ref Utf8JsonReader reader, string name, ref Node node)
    {
        switch (name.ToUpperInvariant())
        {
            case "ID":
                node = node with { Id = ReadString(ref reader) };
                break;
            case "ADDRESS":
                node = node with { Address = ReadString(ref reader) };
                break;
            case "METADATA":
                node = node with { Metadata = ReadMap(ref reader) };
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static void ReadEndpointMember(ref Utf8JsonReader reader, string name, ref Endpoint endpoint)
    {
        switch (name.ToUpperInvariant())
        {
            case "NAME":
                endpoint = endpoint with { Name = ReadString(ref reader) };
                break;
            case "REQUEST":
                endpoint = endpoint with { Request = ReadItem(ref reader, new Value(), ReadValueMember) };
                break;
            case "RESPONSE":
                endpoint = endpoint with { Response = ReadItem(ref reader, new Value(), ReadValueMember) };
                break;
            case "METADATA":
                endpoint = endpoint with { Metadata = ReadMap(ref reader) };
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static void ReadValueMember(ref Utf8JsonReader reader, string name, ref Value value)
    {
        switch (name.ToUpperInvariant())
        {
            case "NAME":
                value = value with { Name = ReadString(ref reader) };
                break;
            case "TYPE":
                value = value with { Type = ReadString(ref reader) };
                break;
            case "VALUES":
                value = value with { Values = ReadValues(ref reader) };
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static T? ReadItem<T>(ref Utf8JsonReader reader, T initial, MemberReader<T> readMember)
        where T : class
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        var state = initial;
        ReadObject(ref reader, ref state, readMember);
        return state;
    }

    private static List<T> ReadList<T>(ref Utf8JsonReader reader, int limit, ItemReader<T?> readItem)
        where T : class
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("a list was expected");
        }

        var items = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (items.Count == limit)
            {
                throw new JsonException($"more than {limit} items");
            }

            if (readItem(ref reader) is { } item)
            {
                items.Add(item);
            }
        }

        return items;
    }

    private static void ReadObject<TState>(ref Utf8JsonReader reader, ref TState state, MemberReader<TState> readMember)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("an object was expected");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            readMember(ref reader, name, ref state);
        }
    }
}
