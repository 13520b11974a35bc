using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Micro.Testing;

namespace Micro.TestTools;

/// <summary>
/// Hears all spans and measurements of the framework in this process, also those of other tests: tell yours apart by their
/// service. Tests that use it belong to a collection that does not run beside others.
/// </summary>
public sealed class TelemetryListener : IDisposable
{
    private readonly ConcurrentQueue<Activity> _spans = new();
    private readonly ConcurrentQueue<Figure> _figures = new();
    private readonly ActivityListener? _activities;
    private readonly MeterListener? _meters;

    public TelemetryListener(bool spans = true, bool metrics = true)
    {
        if (spans)
        {
            _activities = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == MicroTelemetry.Name,
                Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _spans.Enqueue,
            };
            ActivitySource.AddActivityListener(_activities);
        }

        if (metrics)
        {
            _meters = new MeterListener
            {
                InstrumentPublished = static (instrument, listener) =>
                {
                    if (instrument.Meter.Name == MicroTelemetry.Name)
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            _meters.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _meters.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _meters.Start();
        }
    }

    /// <summary>Spans that have ended, in that order.</summary>
    public IReadOnlyList<Activity> Spans => [.. _spans];

    public IReadOnlyList<Figure> Figures => [.. _figures];

    /// <summary>Spans of one trace, once there are so many.</summary>
    public async Task<IReadOnlyList<Activity>> SpansAsync(ActivityTraceId trace, int count)
    {
        await Eventually.TrueAsync(() => Of(trace).Count >= count, $"{count} spans");
        return Of(trace);
    }

    public IReadOnlyList<Figure> Of(string instrument, params (string Tag, object? Value)[] tags) =>
        [.. _figures.Where(figure => figure.Instrument == instrument && tags.All(tag => Equals(figure.Tags.GetValueOrDefault(tag.Tag), tag.Value)))];

    /// <summary>Reads the instruments that are asked.</summary>
    public void Observe() => _meters!.RecordObservableInstruments();

    public void Dispose()
    {
        _activities?.Dispose();
        _meters?.Dispose();
    }

    private List<Activity> Of(ActivityTraceId trace) => [.. _spans.Where(span => span.TraceId == trace)];

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _figures.Enqueue(new Figure(instrument.Name, instrument.Unit, value, tags.ToArray().ToDictionary()));

    /// <summary>One measurement.</summary>
    public sealed record Figure(string Instrument, string? Unit, double Value, IReadOnlyDictionary<string, object?> Tags);
}
