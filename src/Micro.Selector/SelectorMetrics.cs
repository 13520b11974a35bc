using System.Diagnostics.Metrics;
using Micro.Selection.Services;

namespace Micro.Selection;

/// <summary>The metrics of one selector.</summary>
internal sealed class SelectorMetrics : IDisposable
{
    private readonly Meter _meter = new(MicroTelemetry.Name);
    private readonly Counter<long> _lookups;
    private readonly Counter<long> _watchRestarts;

    public SelectorMetrics(Func<IEnumerable<ServiceEntry>> services)
    {
        _lookups = _meter.CreateCounter<long>(MicroTelemetry.RegistryLookups, "{lookup}", "Reads of the registry");
        _watchRestarts = _meter.CreateCounter<long>(MicroTelemetry.RegistryWatchRestarts, "{restart}", "Watches reopened");
        _meter.CreateObservableGauge(
            MicroTelemetry.SelectorNodes, () => services().Select(entry => Measure(entry.NodeCount, entry)), "{node}", "Nodes to pick from");
        _meter.CreateObservableGauge(
            MicroTelemetry.SelectorSuspects, () => services().Select(entry => Measure(entry.SuspectCount, entry)), "{node}", "Vanished nodes kept as a last resort");
        _meter.CreateObservableGauge(
            MicroTelemetry.SelectorEjected, () => services().Select(entry => Measure(entry.EjectedCount, entry)), "{node}", "Nodes ejected because they fail");
        _meter.CreateObservableGauge(
            MicroTelemetry.SelectorSnapshotAge, () => services().Select(entry => Measure(entry.Age.TotalSeconds, entry)), "s", "Time since the registry last confirmed the nodes");
    }

    public void CountLookup(string service, LookupResult result) => _lookups.Add(
        1,
        new KeyValuePair<string, object?>(MicroTelemetry.ServiceTag, service),
        new KeyValuePair<string, object?>(MicroTelemetry.OutcomeTag, Name(result)));

    public void CountWatchRestart(string service) =>
        _watchRestarts.Add(1, new KeyValuePair<string, object?>(MicroTelemetry.ServiceTag, service));

    public void Dispose() => _meter.Dispose();

    private static Measurement<T> Measure<T>(T value, ServiceEntry entry)
        where T : struct => new(value, new KeyValuePair<string, object?>(MicroTelemetry.ServiceTag, entry.Service));

    private static string Name(LookupResult result) => result switch
    {
        LookupResult.Found => "found",
        LookupResult.NotFound => "not_found",
        LookupResult.Stopped => "stopped",
        _ => "failed",
    };
}
