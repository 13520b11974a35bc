using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Micro.Registry;
using Micro.Selection;

namespace Micro.Selector.Tests;

/// <summary>Tests the metrics of the selector: rule R-CAC-6.</summary>
public sealed class SelectorMetricsTests
{
    [Fact]
    public async Task Metrics_RegistryFails_ShowNodesAgeAndRestarts_R_CAC_6()
    {
        await using var fixture = new SelectorFixture();
        var service = "metrics-" + Guid.NewGuid().ToString("N");
        var figures = new ConcurrentDictionary<string, double>();
        using var listener = Listen(service, figures);
        await SelectorFixture.RegisterAsync(fixture.Store, SelectorFixture.RecordOf("1", ["a", "b"], service));
        await fixture.Selector.PickAsync(service, SelectOptions.Default);
        await fixture.WatchOpensAsync(1);
        (await fixture.Selector.PickAsync(service, SelectOptions.Default)).Complete(new AttemptOutcome(Succeeded: false, ErrorKind.Connect, TimeSpan.Zero));
        fixture.Registry.ReadError = new RegistryUnavailableException("memory", "down");
        fixture.Registry.WatchError = fixture.Registry.ReadError;
        fixture.Registry.CutWatches(fixture.Registry.ReadError);

        await fixture.StepUntilAsync(
            () =>
            {
                listener.RecordObservableInstruments();
                return figures.GetValueOrDefault(MicroTelemetry.SelectorSnapshotAge) >= 100;
            },
            "an age of 100 seconds",
            TimeSpan.FromSeconds(5));

        figures[MicroTelemetry.SelectorNodes].Should().Be(2);
        figures[MicroTelemetry.SelectorSuspects].Should().Be(0);
        figures[MicroTelemetry.SelectorEjected].Should().Be(1);
        figures[MicroTelemetry.RegistryLookups].Should().BeGreaterThan(0);
        figures[MicroTelemetry.RegistryWatchRestarts].Should().BeGreaterThan(1);
    }

    private static MeterListener Listen(string service, ConcurrentDictionary<string, double> figures)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == MicroTelemetry.Name)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        return listener;

        void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags.Length > 0 && tags[0].Value as string == service)
            {
                figures.AddOrUpdate(instrument.Name, value, (_, before) => instrument is Counter<long> ? before + value : value);
            }
        }
    }
}
