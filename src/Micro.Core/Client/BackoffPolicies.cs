namespace Micro.Client;

/// <summary>The built-in pauses between attempts.</summary>
public static class BackoffPolicies
{
    /// <summary>
    /// go-micro's pauses: <c>floor(n^e) × 100 ms</c>, that is 0, 0.1, 0.6, 1.9, 4.3 … s, and 2 min beyond attempt 13.
    /// </summary>
    public static BackoffPolicy Exponential { get; } = static attempt => attempt switch
    {
        <= 0 => TimeSpan.Zero,
        > 13 => TimeSpan.FromMinutes(2),
        _ => TimeSpan.FromMilliseconds(Math.Floor(Math.Pow(attempt, Math.E)) * 100),
    };

    /// <summary>No pauses.</summary>
    public static BackoffPolicy None { get; } = static _ => TimeSpan.Zero;

    /// <summary>
    /// The default: the first retry at once, because it goes to another node, then go-micro's pauses, full jitter.
    /// </summary>
    /// <param name="random">Source of the jitter; must be safe for concurrent use when the policy is.</param>
    public static BackoffPolicy Transient(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return attempt => Exponential(attempt - 1) * random.NextDouble();
    }
}
