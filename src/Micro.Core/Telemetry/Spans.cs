using System.Diagnostics;

namespace Micro.Telemetry;

/// <summary>Ends spans.</summary>
internal static class Spans
{
    /// <summary>Ends a span that may have begun elsewhere; the current span here stays current.</summary>
    public static void End(Activity activity, in CallOutcome outcome)
    {
        if (outcome.StatusCode is { } code)
        {
            activity.SetTag(RpcTags.StatusCode, code);
        }

        if (outcome.ErrorType is { } type)
        {
            activity.SetTag(RpcTags.ErrorType, type);
        }

        if (outcome.IsError)
        {
            activity.SetStatus(ActivityStatusCode.Error, outcome.Description);
        }

        var current = Activity.Current;
        activity.Stop();
        if (!ReferenceEquals(current, activity) && current?.IsStopped != true)
        {
            Activity.Current = current;
        }
    }
}
