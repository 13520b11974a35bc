namespace Micro.Selection.Ejection;

/// <summary>Derives evidence about the node, not the service on it, from the outcome of an attempt.</summary>
internal static class HealthEvidence
{
    public static Evidence Of(in AttemptOutcome outcome) => outcome switch
    {
        { Succeeded: true } => Evidence.Answered,
        { Failure: ErrorKind.Connect } => Evidence.Refused,
        { Failure: ErrorKind.NotSent or ErrorKind.Broken or ErrorKind.Timeout } => Evidence.Failed,
        { Failure: ErrorKind.Unavailable } => Evidence.Unavailable,
        { Failure: ErrorKind.Application or ErrorKind.Protocol } => Evidence.Answered,
        _ => Evidence.None,
    };
}
