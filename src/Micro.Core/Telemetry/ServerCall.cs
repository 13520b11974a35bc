using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Micro.Telemetry;

/// <summary>One call that a server tells of; the default value tells nothing. Ended once by its owner.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct ServerCall(Activity? activity, string method, string httpVersion, long started, TimeProvider timeProvider)
{
    /// <param name="error">What the caller is answered; <see langword="null"/> for success.</param>
    public void End(MicroException? error)
    {
        if (timeProvider is not null)
        {
            End(CallOutcome.OfServer(error));
        }
    }

    /// <summary>Ends a call whose caller is gone: nobody is answered.</summary>
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
