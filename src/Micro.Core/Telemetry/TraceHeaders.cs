using System.Diagnostics;
using System.Text;

namespace Micro.Telemetry;

/// <summary>
/// Trace context in the headers of a call, mucp and gRPC alike: written and read by the process's propagator, which is
/// W3C's (<c>traceparent</c>, <c>tracestate</c>, <c>baggage</c>) unless the application chose another.
/// </summary>
internal static class TraceHeaders
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    /// <summary>The metadata of a call with the trace context in it; the caller's own object stays as it is.</summary>
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

    /// <summary>What a caller sent; the default without a context or with a malformed one.</summary>
    public static ActivityContext Extract(IHeaderSource headers)
    {
        DistributedContextPropagator.Current.ExtractTraceIdAndState(headers, Read, out var parent, out var state);
        return ActivityContext.TryParse(parent, state, isRemote: true, out var context) ? context : default;
    }

    /// <summary>Gives a span the baggage that a caller sent.</summary>
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

    /// <summary>Takes what fits: telemetry must not make a call fail for the size or the form of its metadata.</summary>
    private sealed class Carrier(CallMetadata? source)
    {
        private bool _isCopy;

        public CallMetadata? Metadata { get; private set; } = source;

        public void Set(string name, string value)
        {
            // gRPC takes printable ASCII only, and which protocol the node speaks is not known yet.
            if (!HeaderRules.IsValid(name, value) || value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                return;
            }

            var copy = _isCopy ? Metadata! : CallMetadata.Copy(Metadata);
            copy.Remove(name);
            if (name.Equals(TraceParent, StringComparison.OrdinalIgnoreCase))
            {
                copy.Remove(TraceState); // of the context that is replaced
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
