using System.Diagnostics.Metrics;

namespace Micro.Telemetry;

/// <summary>The connections of one pool.</summary>
internal sealed class PoolMetrics : IDisposable
{
    private readonly Meter _meter = new(MicroTelemetry.Name);
    private int _open;

    /// <param name="idle">Returns the number of idle connections.</param>
    public PoolMetrics(Func<int> idle) =>
        _meter.CreateObservableUpDownCounter(
            MicroTelemetry.ClientConnections,
            () =>
            {
                var unused = idle();
                return new[]
                {
                    new Measurement<int>(unused, new KeyValuePair<string, object?>(MicroTelemetry.ConnectionStateTag, "idle")),

                    // The counters are not updated atomically, so the difference is clamped at zero.
                    new Measurement<int>(Math.Max(0, Volatile.Read(ref _open) - unused), new KeyValuePair<string, object?>(MicroTelemetry.ConnectionStateTag, "used")),
                };
            },
            "{connection}",
            "Open connections");

    public void Opened()
    {
        Interlocked.Increment(ref _open);
        Count("opened");
    }

    public static void Failed() => Count("failed");

    public void Closed() => Interlocked.Decrement(ref _open);

    public void Dispose() => _meter.Dispose();

    private static void Count(string outcome)
    {
        if (Instruments.ConnectionsOpened.Enabled)
        {
            Instruments.ConnectionsOpened.Add(1, new KeyValuePair<string, object?>(MicroTelemetry.OutcomeTag, outcome));
        }
    }
}
