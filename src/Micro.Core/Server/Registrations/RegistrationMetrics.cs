using System.Diagnostics.Metrics;

namespace Micro.Server.Registrations;

/// <summary>The metrics of one server's registration.</summary>
internal sealed class RegistrationMetrics : IDisposable
{
    private static readonly (ServerState State, string Name)[] States =
    [
        (ServerState.NotRegistered, "not_registered"),
        (ServerState.Registered, "registered"),
        (ServerState.Lost, "lost"),
        (ServerState.Draining, "draining"),
    ];

    private readonly Meter _meter = new(MicroTelemetry.Name);
    private readonly Counter<long> _conflicts;
    private readonly KeyValuePair<string, object?> _serviceTag;

    /// <param name="service">Name of the service.</param>
    /// <param name="state">The current state.</param>
    /// <param name="lastError">The failure of the last attempt.</param>
    public RegistrationMetrics(string service, Func<ServerState> state, Func<Exception?> lastError)
    {
        var serviceTag = new KeyValuePair<string, object?>(MicroTelemetry.ServiceTag, service);
        _serviceTag = serviceTag;
        _conflicts = _meter.CreateCounter<long>(
            MicroTelemetry.RegistrationConflicts, "{conflict}", "Conflicts with another process under the same node id");
        _meter.CreateObservableGauge(
            MicroTelemetry.RegistrationState,
            () =>
            {
                var now = state();
                return States.Select(candidate => new Measurement<int>(
                    candidate.State == now ? 1 : 0, serviceTag, new(MicroTelemetry.RegistrationStateTag, candidate.Name)));
            },
            "1",
            "State of the registration");
        _meter.CreateObservableGauge(
            MicroTelemetry.RegistryConnected,
            () => new Measurement<int>(state() == ServerState.Registered && lastError() is null ? 1 : 0, serviceTag),
            "1",
            "1 while the registry confirms the registration, else 0");
    }

    public void CountConflict() => _conflicts.Add(1, _serviceTag);

    public void Dispose() => _meter.Dispose();
}
