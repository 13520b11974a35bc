namespace Micro.Registry.Kit;

/// <summary>No connection to a registry was made, and until some time has passed none will be tried.</summary>
/// <param name="message">Why there is no connection.</param>
/// <param name="retryAfter">Time until the next attempt is allowed.</param>
/// <param name="innerException">The failure of the last attempt.</param>
internal sealed class DialPausedException(string message, TimeSpan retryAfter, Exception? innerException) : IOException(message, innerException)
{
    /// <summary>Time until the next attempt is allowed.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;

    /// <summary>Returns the pause that an error reports, wherever it is wrapped; <see langword="null"/> when there is none.</summary>
    public static TimeSpan? Find(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            if (error is DialPausedException paused)
            {
                return paused.RetryAfter;
            }
        }

        return null;
    }
}
