using System.Text;
using System.Text.Json;
using Micro.Registry.Kit;

namespace Micro.Registry.Nats;

/// <summary>
/// The messages of go-micro's NATS registry (v5.7 and later). Queries and changes are <c>{"Service":…,"Action":…}</c>, answers the
/// bare record. Ours carry the lifetime in seconds beside it, <c>"Ttl"</c>, which go-micro skips.
/// </summary>
internal static class NatsMessages
{
    /// <summary>The longest message that is read, in bytes: what a server passes on by default.</summary>
    private const int MaxBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 64 };

    public static byte[] Query(string? service) => service is null
        ? Encoding.UTF8.GetBytes("""{"Service":null,"Action":"list"}""")
        : Wrap(ServiceRecordJson.Write(new ServiceRecord { Name = service }), "get", null);

    public static byte[] Change(ServiceRecord record, string action, TimeSpan? ttl) => Wrap(ServiceRecordJson.Write(record), action, ttl);

    public static byte[] Answer(ServiceRecord record, TimeSpan ttl) =>
        [.. ServiceRecordJson.Write(record).AsSpan()[..^1], .. Encoding.UTF8.GetBytes($",\"Ttl\":{Seconds(ttl)}}}")];

    /// <summary>Reads a query or a change.</summary>
    public static bool TryReadAction(ReadOnlyMemory<byte> message, out string action, out ServiceRecord? record, out TimeSpan? ttl)
    {
        (action, record, ttl) = ("", null, null);
        try
        {
            if (message.Length > MaxBytes)
            {
                return false;
            }

            using var document = JsonDocument.Parse(message, Reading);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.NameEquals("Action") && member.Value.ValueKind == JsonValueKind.String)
                {
                    action = member.Value.GetString()!;
                }
                else if (member.NameEquals("Service") && member.Value.ValueKind == JsonValueKind.Object
                    && !ServiceRecordJson.TryRead(Encoding.UTF8.GetBytes(member.Value.GetRawText()), out record))
                {
                    return false;
                }
                else if (member.NameEquals("Ttl"))
                {
                    ttl = ReadTtl(member.Value);
                }
            }

            return action.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads an answer.</summary>
    public static bool TryReadAnswer(ReadOnlyMemory<byte> message, out ServiceRecord? record, out TimeSpan? ttl)
    {
        (record, ttl) = (null, null);
        try
        {
            if (message.Length > MaxBytes || !ServiceRecordJson.TryRead(message.Span, out record))
            {
                return false;
            }

            using var document = JsonDocument.Parse(message, Reading);
            ttl = document.RootElement.TryGetProperty("Ttl", out var value) ? ReadTtl(value) : null;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Wrap(byte[] record, string action, TimeSpan? ttl) =>
        [.. "{\"Service\":"u8, .. record, .. Encoding.UTF8.GetBytes($",\"Action\":\"{action}\"{(ttl is { } time ? $",\"Ttl\":{Seconds(time)}" : "")}}}")];

    private static long Seconds(TimeSpan ttl) => (long)Math.Ceiling(ttl.TotalSeconds);

    private static TimeSpan? ReadTtl(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is >= 0 and <= 24 * 60 * 60 ? TimeSpan.FromSeconds(seconds) : null;
}
