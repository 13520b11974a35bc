using System.Diagnostics;
using System.Text;

namespace Micro.Telemetry;

/// <summary>
/// Trace context in the headers of a call, in both protocols. Written and read by the propagator of the process: W3C's
/// (<c>traceparent</c>, <c>tracestate</c>, <c>baggage</c>) unless the application sets another.
/// </summary>
internal static class TraceHeaders
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <summary>Returns the metadata of a call with the trace context; does not change the caller's object.</summary>
    public static CallMetadata? Inject(Activity? activity, CallMetadata? metadata)
    {
        if (activity is null)
        {
            return metadata;
        }

        var carrier = new Carrier(metadata);
        DistributedContextPropagator.Current.Inject(activity, carrier, static (carrier, name, value) => ((Carrier)carrier!).Set(name, value));
        return carrier.Metadata;
    }

    /// <summary>Returns the context that a caller sent; the default for a missing or malformed one.</summary>
    public static ActivityContext Extract(IHeaderSource headers)
    {
        DistributedContextPropagator.Current.ExtractTraceIdAndState(headers, Read, out var parent, out var state);
        return ActivityContext.TryParse(parent, state, isRemote: true, out var context) ? context : default;
    }

    /// <summary>Adds the baggage that a caller sent to a span.</summary>
    public static void ExtractBaggage(IHeaderSource headers, Activity activity)
    {
        if (DistributedContextPropagator.Current.ExtractBaggage(headers, Read) is { } baggage)
        {
            foreach (var (name, value) in baggage)
            {
                activity.AddBaggage(name, value);
            }
        }
    }

    private static void Read(object? carrier, string name, out string? value, out IEnumerable<string>? values)
    {
        value = ((IHeaderSource)carrier!).ReadHeader(name);
        values = null;
    }

    /// <summary>Adds the entries that fit: telemetry must not make a call fail for the size or the form of its metadata.</summary>
    private sealed class Carrier(CallMetadata? source)
    {
        private bool _isCopy;

        public CallMetadata? Metadata { get; private set; } = source;

        public void Set(string name, string value)
        {
            // gRPC allows only printable ASCII, and the protocol of the node is not known yet.
            if (!HeaderRules.IsValid(name, value) || value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                return;
            }

            var copy = _isCopy ? Metadata! : CallMetadata.Copy(Metadata);
            copy.Remove(name);
            if (name.Equals(TraceParent, StringComparison.OrdinalIgnoreCase))
            {
                copy.Remove(TraceState); // of the replaced context
            }

            if (HeaderRules.SizeProblem(SizeOf(copy) + SizeOf(name, value), copy.Count + 1) is null)
            {
                copy[name] = value;
                Metadata = copy;
                _isCopy = true;
            }
        }

        private static int SizeOf(CallMetadata metadata) => metadata.Sum(static pair => SizeOf(pair.Key, pair.Value));

        private static int SizeOf(string name, string value) => name.Length + Encoding.UTF8.GetByteCount(value) + 4;
    }
}
