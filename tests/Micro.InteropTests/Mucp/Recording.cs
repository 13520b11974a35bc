using System.Text.Json;

namespace Micro.InteropTests.Mucp;

/// <summary>Recorded mucp messages of go-micro.</summary>
public static class Recording
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Recordings", "mucp");

    public static JsonElement Read(string name) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json"))).RootElement;

    /// <summary>The messages of one recorded connection, by their sender.</summary>
    public static IEnumerable<RecordedMessage> Messages(JsonElement connection, string from) =>
        connection.EnumerateArray()
            .Where(message => message.GetProperty("from").GetString() == from && message.TryGetProperty("raw_hex", out _))
            .Select(RecordedMessage.From);

    public static IEnumerable<JsonElement> Probes() => Read("server-probes").GetProperty("probes").EnumerateArray();
}
