using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Micro.Telemetry;

/// <summary>
/// Source and instruments of all clients and servers of the process. Shared, because disposing the instruments of one client
/// would end the series of the others.
/// </summary>
internal static class Instruments
{
    public static readonly ActivitySource Source = new(MicroTelemetry.Name);

    private static readonly Meter Meter = new(MicroTelemetry.Name);

    /// <summary>The boundaries that the conventions recommend, in seconds.</summary>
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    public static readonly Histogram<double> ClientCallDuration =
        Meter.CreateHistogram(MicroTelemetry.ClientCallDuration, "s", "Duration of client calls, with all attempts", tags: null, Buckets);

    public static readonly Histogram<double> ServerCallDuration =
        Meter.CreateHistogram(MicroTelemetry.ServerCallDuration, "s", "Duration of served calls", tags: null, Buckets);

    public static readonly Histogram<double> RegistryOperationDuration =
        Meter.CreateHistogram(MicroTelemetry.RegistryOperationDuration, "s", "Duration of registry operations", tags: null, Buckets);

    public static readonly Counter<long> ClientRetries =
        Meter.CreateCounter<long>(MicroTelemetry.ClientRetries, "{retry}", "Attempts after the first");

    public static readonly Counter<long> ConnectionsOpened =
        Meter.CreateCounter<long>(MicroTelemetry.ClientConnectionsOpened, "{connection}", "Connections opened");
}
