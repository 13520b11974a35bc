using System.Diagnostics;

namespace Micro.Telemetry;

/// <summary>The telemetry of a server's calls, in any protocol.</summary>
internal sealed class ServerTelemetry(string service, TimeProvider timeProvider)
{
    private readonly MethodNames _methods = new();

    /// <summary>Gets whether a listener is active. Checked once per call; otherwise no other telemetry code runs.</summary>
    public static bool IsOn => Instruments.Source.HasListeners() || Instruments.ServerCallDuration.Enabled;

    /// <summary>
    /// Starts a call; its span becomes current, a child of the caller's or the root of a trace. The calling code restores the
    /// previous span, unless the span ends with an async method.
    /// </summary>
    /// <param name="endpoint">Name of the endpoint; <see langword="null"/> for an unknown one.</param>
    /// <param name="headers">Headers of the request.</param>
    /// <param name="httpVersion">HTTP version of the request: <c>1.1</c> or <c>2</c>.</param>
    public ServerCall Begin(string? endpoint, IHeaderSource headers, string httpVersion)
    {
        var started = timeProvider.GetTimestamp();
        var method = endpoint is null ? RpcTags.OtherMethod : _methods.Get(service, endpoint);
        return new ServerCall(StartSpan(endpoint is null ? RpcTags.GoMicro : method, method, headers, httpVersion), method, httpVersion, started, timeProvider);
    }

    /// <summary>Records a request that was answered before a handler could run.</summary>
    public void Refused(string? endpoint, IHeaderSource headers, string httpVersion, MicroException error)
    {
        var current = Activity.Current;
        try
        {
            Begin(endpoint, headers, httpVersion).End(error);
        }
        finally
        {
            Activity.Current = current;
        }
    }

    private static Activity? StartSpan(string name, string method, IHeaderSource headers, string httpVersion)
    {
        if (!Instruments.Source.HasListeners())
        {
            return null;
        }

        // The span that was current when the server or the connection started is not the caller's.
        Activity.Current = null;
        var activity = Instruments.Source.StartActivity(
            name,
            ActivityKind.Server,
            TraceHeaders.Extract(headers),
            [
                new(RpcTags.System, RpcTags.GoMicro),
                new(RpcTags.Method, method),
                new(RpcTags.ProtocolName, RpcTags.Http),
                new(RpcTags.ProtocolVersion, httpVersion),
            ]);
        if (activity is not null)
        {
            TraceHeaders.ExtractBaggage(headers, activity);
        }

        return activity;
    }
}
