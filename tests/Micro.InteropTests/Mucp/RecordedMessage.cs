using System.Text.Json;

namespace Micro.InteropTests.Mucp;

public sealed record RecordedMessage(string StartLine, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, byte[] Raw)
{
    public static RecordedMessage From(JsonElement message) => new(
        message.GetProperty("start_line").GetString()!,
        [.. message.GetProperty("headers").EnumerateArray().Select(header => KeyValuePair.Create(header[0].GetString()!, header[1].GetString()!))],
        Convert.FromHexString(message.GetProperty("body_hex").GetString()!),
        Convert.FromHexString(message.GetProperty("raw_hex").GetString()!));

    public string? Header(string name) => Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).FirstOrDefault();
}
