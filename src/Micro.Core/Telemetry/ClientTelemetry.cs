using System.Diagnostics;

namespace Micro.Telemetry;

/// <summary>The telemetry of a client's calls.</summary>
internal sealed class ClientTelemetry(TimeProvider timeProvider)
{
    private readonly MethodNames _methods = new();

    /// <summary>
    /// Gets whether a listener is active, or a call must propagate a trace. Checked once per call; otherwise no other
    /// telemetry code runs.
    /// </summary>
    public static bool IsOn =>
        Instruments.Source.HasListeners() || Instruments.ClientCallDuration.Enabled || Instruments.ClientRetries.Enabled || Activity.Current is not null;

    /// <summary>Starts a call; its span becomes current.</summary>
    public ClientCall Begin(string service, string endpoint)
    {
        var method = _methods.Get(service, endpoint);
        var activity = Instruments.Source.HasListeners()
            ? Instruments.Source.StartActivity(
                method,
                ActivityKind.Client,
                parentContext: default,
                [new(RpcTags.System, RpcTags.GoMicro), new(RpcTags.Method, method), new(RpcTags.ServerAddress, service)])
            : null;
        return new ClientCall(activity, service, method, timeProvider);
    }
}
