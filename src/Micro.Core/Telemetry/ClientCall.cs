using System.Diagnostics;

namespace Micro.Telemetry;

/// <summary>
/// One call of a client with all its attempts, or one stream from opening to end: one span, whose events describe the
/// attempts, and one measurement. Only the first end counts.
/// </summary>
internal sealed class ClientCall(Activity? activity, string service, string method, TimeProvider timeProvider)
{
    private readonly long _started = timeProvider.GetTimestamp();
    private int _ended;

    /// <summary>The call's metadata with the trace: of its own span, or the caller's when no listener is active.</summary>
    public CallMetadata? Inject(CallMetadata? metadata) => TraceHeaders.Inject(activity ?? Activity.Current, metadata);

    /// <summary>Records the node of an attempt.</summary>
    public void Picked(Node node)
    {
        if (activity is not { IsAllDataRequested: true })
        {
            return;
        }

        activity.AddEvent(new ActivityEvent(MicroTelemetry.SelectEvent, tags: new ActivityTagsCollection { [MicroTelemetry.NodeTag] = node.Id }));
        if (NodeAddress.TryParse(node.Address, out var host, out var port))
        {
            activity.SetTag(RpcTags.PeerAddress, host);
            activity.SetTag(RpcTags.PeerPort, port);
        }
    }

    /// <summary>Records a failed attempt that another one follows.</summary>
    public void Retried(MicroException error)
    {
        var type = CallOutcome.ClientType(error);
        if (Instruments.ClientRetries.Enabled)
        {
            Instruments.ClientRetries.Add(1, new(RpcTags.Method, method), new(RpcTags.ServerAddress, service), new(RpcTags.ErrorType, type));
        }

        if (activity is { IsAllDataRequested: true })
        {
            activity.AddEvent(new ActivityEvent(
                MicroTelemetry.RetryEvent,
                tags: new ActivityTagsCollection { [RpcTags.ErrorType] = type, [MicroTelemetry.NodeTag] = error.Node?.Id }));
        }
    }

    /// <param name="error">The failure; <see langword="null"/> for success.</param>
    public void End(Exception? error)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        var outcome = CallOutcome.OfClient(error);
        if (Instruments.ClientCallDuration.Enabled)
        {
            var tags = new TagList
            {
                { RpcTags.System, RpcTags.GoMicro },
                { RpcTags.Method, method },
                { RpcTags.ServerAddress, service },
            };
            if (outcome.StatusCode is { } code)
            {
                tags.Add(RpcTags.StatusCode, code);
            }

            if (outcome.ErrorType is { } type)
            {
                tags.Add(RpcTags.ErrorType, type);
            }

            Instruments.ClientCallDuration.Record(timeProvider.GetElapsedTime(_started).TotalSeconds, tags);
        }

        if (activity is not null)
        {
            Spans.End(activity, outcome);
        }
    }
}
