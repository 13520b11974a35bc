using System.Diagnostics;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;

namespace Micro.Microbenchmarks;

/// <summary>What spans and metrics cost a call while nobody listens: they are always there.</summary>
[MemoryDiagnoser]
public class TelemetryBenchmarks : IDisposable
{
    private readonly ActivitySource _source = new(MicroTelemetry.Name);
    private readonly Meter _meter = new(MicroTelemetry.Name);
    private Counter<long>? _counter;
    private Histogram<double>? _histogram;

    [GlobalSetup]
    public void SetUp()
    {
        _counter = _meter.CreateCounter<long>("bench.calls");
        _histogram = _meter.CreateHistogram<double>("bench.duration");
    }

    [Benchmark]
    public Activity? StartSpan() => _source.StartActivity("Greeter.Hello", ActivityKind.Client);

    [Benchmark]
    public void Measure()
    {
        if (_histogram!.Enabled)
        {
            _histogram.Record(1, new KeyValuePair<string, object?>(MicroTelemetry.ServiceTag, Fleet.Service));
        }

        _counter!.Add(1, new KeyValuePair<string, object?>(MicroTelemetry.ServiceTag, Fleet.Service));
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _source.Dispose();
        _meter.Dispose();
        GC.SuppressFinalize(this);
    }
}
