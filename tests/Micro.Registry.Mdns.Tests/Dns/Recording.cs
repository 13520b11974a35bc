using System.Text.Json;

namespace Micro.Registry.Mdns.Tests.Dns;

/// <summary>A packet recorded from go-micro, with what it says.</summary>
internal sealed record Recording(string File, byte[] Bytes, JsonElement Decoded)
{
    private static readonly JsonElement Index =
        JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Recordings", "packets.json"))).RootElement;

    public static TheoryData<string> Files =>
        [.. Index.GetProperty("packets").EnumerateArray().Select(packet => packet.GetProperty("file").GetString()!)];

    public static IEnumerable<Recording> All =>
        [.. Index.GetProperty("packets").EnumerateArray().Select(packet => Load(packet.GetProperty("file").GetString()!))];

    public static Recording Load(string file)
    {
        var packet = Index.GetProperty("packets").EnumerateArray().Single(packet => packet.GetProperty("file").GetString() == file);
        return new Recording(
            file,
            System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Recordings", file)),
            packet.GetProperty("decoded"));
    }
}
