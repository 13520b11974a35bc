namespace Micro.Selection;

/// <summary>
/// Options for the ejection of failing nodes. Transport-level failures count (no connection, a broken one, or no reply
/// in time), and answers that the node cannot serve now (503, <c>UNAVAILABLE</c>); never another error of the service. Read
/// once when the selector is created; not safe for concurrent use.
/// </summary>
public sealed class EjectionOptions
{
    /// <summary><see langword="true"/> (the default) to eject failing nodes.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Transport-level failures in a row that eject a node, 1 to 1,000; 3 by default. A refused connection ejects it
    /// at once.
    /// </summary>
    public int ConsecutiveFailures { get; set; } = 3;

    /// <summary>
    /// Answers in a row that the node cannot serve now (503, <c>UNAVAILABLE</c>) that eject a node, 1 to 1,000; 5 by
    /// default.
    /// </summary>
    public int ConsecutiveUnavailable { get; set; } = 5;

    /// <summary>
    /// Length of the first ejection, ± 20 %, 10 ms to 1 hour; 5 seconds by default. Then the client checks the node every
    /// 1 to 5 seconds. Once it answers, one request is tried: the node returns, or is ejected for twice as long.
    /// </summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Longest pause, ± 20 %, from <see cref="FirstPause"/> to 1 hour; 60 seconds by default. Each such time without
    /// a new ejection halves the next pause. A node that left the registry is remembered for this time.
    /// </summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Largest share of a service's listed nodes that is ejected at a time, more than 0, at most 1; 0.5 by default.
    /// One node may always be ejected; when all nodes that match a call are ejected, all of them are used.
    /// </summary>
    public double MaxShare { get; set; } = 0.5;

    internal IEnumerable<string> Problems()
    {
        var hour = TimeSpan.FromHours(1);
        if (ConsecutiveFailures is < 1 or > 1000)
        {
            yield return FormattableString.Invariant($"{nameof(ConsecutiveFailures)} {ConsecutiveFailures} must be 1 to 1000");
        }

        if (ConsecutiveUnavailable is < 1 or > 1000)
        {
            yield return FormattableString.Invariant($"{nameof(ConsecutiveUnavailable)} {ConsecutiveUnavailable} must be 1 to 1000");
        }

        if (FirstPause < TimeSpan.FromMilliseconds(10) || FirstPause > hour)
        {
            yield return $"{nameof(FirstPause)} {FirstPause} must be 10 ms to 1 hour";
        }

        if (LongestPause < FirstPause || LongestPause > hour)
        {
            yield return $"{nameof(LongestPause)} {LongestPause} must be {nameof(FirstPause)} {FirstPause} to 1 hour";
        }

        if (double.IsNaN(MaxShare) || MaxShare <= 0 || MaxShare > 1)
        {
            yield return FormattableString.Invariant($"{nameof(MaxShare)} {MaxShare} must be more than 0 and at most 1");
        }
    }
}
