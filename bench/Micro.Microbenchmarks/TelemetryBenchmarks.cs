using System.Diagnostics;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Micro.Telemetry;

namespace Micro.Microbenchmarks;

/// <summary>The cost of spans and metrics of a call, on the client and on the server, with and without a listener.</summary>
[MemoryDiagnoser]
public class TelemetryBenchmarks : IDisposable
{
    private readonly ClientTelemetry _client = new(TimeProvider.System);
    private readonly ServerTelemetry _server = new(Fleet.Service, TimeProvider.System);
    private readonly TraceParent _headers = new();
    private ActivityListener? _spans;
    private MeterListener? _metrics;

    [Params(false, true)]
    public bool Listening { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        if (!Listening)
        {
            return;
        }

        _spans = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == MicroTelemetry.Name,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(_spans);
        _metrics = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == MicroTelemetry.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _metrics.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        _metrics.Start();
    }

    /// <summary>As in RpcClient.</summary>
    [Benchmark]
    public CallMetadata? ClientCall()
    {
        if (!ClientTelemetry.IsOn)
        {
            return null;
        }

        var call = _client.Begin(Fleet.Service, "Greeter.Hello");
        var metadata = call.Inject(null);
        call.End(null);
        return metadata;
    }

    /// <summary>As in the dispatchers.</summary>
    [Benchmark]
    public void ServerCall()
    {
        if (!ServerTelemetry.IsOn)
        {
            return;
        }

        var current = Activity.Current;
        _server.Begin("Greeter.Hello", _headers, "1.1").End(null);
        Activity.Current = current;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _spans?.Dispose();
        _metrics?.Dispose();
        GC.SuppressFinalize(this);
    }

    private sealed class TraceParent : IHeaderSource
    {
        public CallMetadata ReadMetadata() => [];

        public string? ReadHeader(string name) => name == "traceparent" ? "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" : null;
    }
}
