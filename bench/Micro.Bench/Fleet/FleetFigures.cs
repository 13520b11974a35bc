using System.Globalization;
using System.Text.Json;

namespace Micro.Bench.Fleet;

/// <summary>The measurements of one registry.</summary>
internal sealed record FleetFigures(string Registry, FleetSettings Settings)
{
    /// <summary>Time to register all nodes.</summary>
    public TimeSpan Registering { get; init; }

    /// <summary>Time of the first list of everything, by a new registry object.</summary>
    public TimeSpan List { get; init; }

    /// <summary>Number of nodes in that list; 0 when a list holds only names.</summary>
    public int Listed { get; init; }

    /// <summary>Time of the first lookup of one service, by the same registry.</summary>
    public TimeSpan Lookup { get; init; }

    /// <summary>Time from the call that registers a node until another watcher is notified.</summary>
    public Samples Change { get; init; } = new();

    /// <summary>Growth of the managed heap by a selector that holds <see cref="FleetSettings.Watched"/> services, per node.</summary>
    public double BytesPerNode { get; init; }

    public double RegistrationsPerSecond => Settings.All / Registering.TotalSeconds;

    public static string Header =>
        "| registry | registrations/s | first list | nodes in it | first lookup | change → watcher, median | longest | memory per node |\n"
        + "|---|---|---|---|---|---|---|---|";

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Registry} | {RegistrationsPerSecond:N0} | {Time(List)} | {Listed:N0} | {Time(Lookup)} | {Time(Change.Median)} | {Time(Change.Longest)} | {BytesPerNode / 1024:N1} KiB |");

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("registry", Registry);
        json.WriteNumber("services", Settings.Services);
        json.WriteNumber("nodesPerService", Settings.Nodes);
        json.WriteNumber("registrationsPerSecond", Math.Round(RegistrationsPerSecond, 1));
        json.WriteNumber("firstListMs", Math.Round(List.TotalMilliseconds, 2));
        json.WriteNumber("nodesInFirstList", Listed);
        json.WriteNumber("firstLookupMs", Math.Round(Lookup.TotalMilliseconds, 2));
        json.WriteNumber("changes", Change.Count);
        json.WriteNumber("changeMedianMs", Math.Round(Change.Median.TotalMilliseconds, 2));
        json.WriteNumber("changeLongestMs", Math.Round(Change.Longest.TotalMilliseconds, 2));
        json.WriteNumber("watchedServices", Settings.Watched);
        json.WriteNumber("bytesPerNode", Math.Round(BytesPerNode));
        json.WriteEndObject();
    }

    private static string Time(TimeSpan time) =>
        time.TotalSeconds >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:N2} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N2} ms");
}
