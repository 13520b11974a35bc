namespace Micro.Selection.Ejection;

/// <summary>Reads the outcome of an attempt for what it says about the node, not about the service on it.</summary>
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
