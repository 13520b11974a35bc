using System.Text.Json;

namespace Micro;

/// <summary>Bytes recorded from go-micro.</summary>
internal static class Recordings
{
    public static JsonElement Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Recordings", path)));
        return document.RootElement.Clone();
    }

    /// <summary>Body of a message on the first connection of a mucp recording.</summary>
    public static byte[] Body(string name, int message) =>
        Convert.FromHexString(Read($"mucp/{name}.json").GetProperty("connections")[0][message].GetProperty("body_hex").GetString()!);

    /// <summary>Value of a header of the first response that has it.</summary>
    public static string Header(string name, string header) =>
        Read($"mucp/{name}.json").GetProperty("connections").EnumerateArray()
            .SelectMany(connection => connection.EnumerateArray())
            .Where(message => message.TryGetProperty("headers", out _))
            .SelectMany(message => message.GetProperty("headers").EnumerateArray())
            .First(pair => string.Equals(pair[0].GetString(), header, StringComparison.Ordinal))[1].GetString()!;

    /// <summary>Body of the first answer of a probe.</summary>
    public static byte[] ProbeBody(string name) =>
        Convert.FromHexString(Read("mucp/server-probes.json").GetProperty("probes").EnumerateArray()
            .First(probe => string.Equals(probe.GetProperty("name").GetString(), name, StringComparison.Ordinal))
            .GetProperty("received")[0].GetProperty("body_hex").GetString()!);
}
