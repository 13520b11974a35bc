namespace Micro.Client;

/// <summary>The built-in retry policies.</summary>
public static class RetryPolicies
{
    /// <summary>
    /// The default: repeats when nothing was executed (no connection, not sent, refused by a draining or overloaded
    /// server), and after a broken connection or timeout when the call is idempotent. Never after an answer of the service.
    /// </summary>
    public static RetryPolicy OnTransient { get; } = static (in FailedAttempt attempt) => attempt.Error.Kind switch
    {
        ErrorKind.Connect or ErrorKind.NotSent or ErrorKind.Unavailable => true,
        ErrorKind.NotFound or ErrorKind.NoNode => attempt.Attempt == 0,
        ErrorKind.Broken or ErrorKind.Timeout or ErrorKind.Protocol => attempt.IsIdempotent,
        _ => false,
    };

    /// <summary>go-micro's current rule: code 408 only, whether or not the call may be executed twice.</summary>
    public static RetryPolicy Upstream { get; } = static (in FailedAttempt attempt) => attempt.Error.Code == 408;

    /// <summary>go-micro's rule up to v4.9: codes 408 and 500, whether or not the call may be executed twice.</summary>
    public static RetryPolicy Classic { get; } = static (in FailedAttempt attempt) => attempt.Error.Code is 408 or 500;

    /// <summary>Repeats after every failure.</summary>
    public static RetryPolicy Always { get; } = static (in FailedAttempt _) => true;

    /// <summary>Never repeats.</summary>
    public static RetryPolicy Never { get; } = static (in FailedAttempt _) => false;
}
