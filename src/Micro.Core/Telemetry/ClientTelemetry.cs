using System.Diagnostics;

namespace Micro.Telemetry;

/// <summary>What a client tells of its calls.</summary>
internal sealed class ClientTelemetry(TimeProvider timeProvider)
{
    private readonly MethodNames _methods = new();

    /// <summary>
    /// Whether somebody listens, or there is a trace that a call must carry on. Asked once per call; when it says no,
    /// nothing else of telemetry runs.
    /// </summary>
    public static bool IsOn =>
        Instruments.Source.HasListeners() || Instruments.ClientCallDuration.Enabled || Instruments.ClientRetries.Enabled || Activity.Current is not null;

    /// <summary>Begins a call; its span becomes current.</summary>
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
