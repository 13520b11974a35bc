using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Micro.Telemetry;

/// <summary>The telemetry of one call of a server; the default value records nothing. Ended once by its owner.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct ServerCall(Activity? activity, string method, string httpVersion, long started, TimeProvider timeProvider)
{
    /// <param name="error">The error sent to the caller; <see langword="null"/> for success.</param>
    public void End(MicroException? error)
    {
        if (timeProvider is not null)
        {
            End(CallOutcome.OfServer(error));
        }
    }

    /// <summary>Ends a call whose caller is gone.</summary>
    public void EndWithoutCaller()
    {
        if (timeProvider is not null)
        {
            End(CallOutcome.CallerGone);
        }
    }

    private void End(in CallOutcome outcome)
    {
        if (Instruments.ServerCallDuration.Enabled)
        {
            var tags = new TagList
            {
                { RpcTags.System, RpcTags.GoMicro },
                { RpcTags.Method, method },
                { RpcTags.ProtocolName, RpcTags.Http },
                { RpcTags.ProtocolVersion, httpVersion },
            };
            if (outcome.StatusCode is { } code)
            {
                tags.Add(RpcTags.StatusCode, code);
            }

            if (outcome.ErrorType is { } type)
            {
                tags.Add(RpcTags.ErrorType, type);
            }

            Instruments.ServerCallDuration.Record(timeProvider.GetElapsedTime(started).TotalSeconds, tags);
        }

        if (activity is not null)
        {
            Spans.End(activity, outcome);
        }
    }
}
