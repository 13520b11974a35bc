using Micro.Basics;
using Micro.Registry;

namespace Micro.Server.Registrations;

/// <summary>The schedule of a registration: every pause of <see cref="RegistrationLoop"/>, with its jitter.</summary>
internal sealed class RegistrationSchedule
{
    private const double Growth = 1.6;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestDeniedRetry = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AttemptMargin = TimeSpan.FromMilliseconds(5);
    private readonly Random _random;

    public RegistrationSchedule(ServerOptions options, Random random)
    {
        _random = random;
        Ttl = options.RegisterTtl;
        IsCorrected = Ttl > TimeSpan.Zero && (options.RegisterInterval == TimeSpan.Zero || options.RegisterInterval >= Ttl);
        Interval = IsCorrected ? Ttl / 3 : options.RegisterInterval;
        var patience = Interval > TimeSpan.Zero ? Interval : LongestRetry * 2;
        CheckTimeout = options.RegisterCheckTimeout ?? patience / 2;
        RetryLimit = Interval > TimeSpan.Zero && Interval < LongestRetry ? Interval : LongestRetry;
    }

    /// <summary>Number of attempts to register before the start continues without.</summary>
    public static int StartTries => 3;

    public TimeSpan Ttl { get; }

    /// <summary>Time between two renewals; zero for none.</summary>
    public TimeSpan Interval { get; }

    /// <summary>Gets whether the set interval was too long for the TTL and was replaced with a third of it.</summary>
    public bool IsCorrected { get; }

    public TimeSpan CheckTimeout { get; }

    /// <summary>The longest pause while not registered.</summary>
    public TimeSpan RetryLimit { get; }

    public TimeSpan NextHeartbeat() => Interval > TimeSpan.Zero ? Jitter.Spread(Interval, _random) : Timeout.InfiniteTimeSpan;

    /// <summary>Returns the pause after a failed check: shorter than a heartbeat, so that a healthy node returns soon.</summary>
    public TimeSpan NextCheck() => Jitter.Spread(RetryLimit, _random);

    /// <summary>Returns the pause after the n-th failed attempt of a start: go-micro's 100 ms and 600 ms.</summary>
    public TimeSpan NextStartTry(int failures) =>
        Jitter.Spread(TimeSpan.FromMilliseconds(Math.Floor(Math.Pow(failures, Math.E)) * 100), _random);

    /// <summary>Returns the pause after the n-th failure in a row.</summary>
    /// <param name="failures">Failures in a row, 1 or more.</param>
    /// <param name="retryAfter">The time until the registry connects again, which is shared by all users of its connections.</param>
    public TimeSpan NextRetry(int failures, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } attempt)
        {
            return attempt + AttemptMargin;
        }

        var pause = FirstRetry * Math.Pow(Growth, Math.Clamp(failures - 1, 0, 20));
        return Jitter.Spread(pause < RetryLimit ? pause : RetryLimit, _random);
    }

    /// <summary>
    /// Returns the pause after the n-th partial registration in a row: short, unless registries refuse the node, and never later
    /// than the renewal of the others.
    /// </summary>
    public TimeSpan NextCompletion(Exception missing, int count) =>
        missing is not (RegistryDeniedException or ArgumentException) ? NextRetry(count)
        : Interval > TimeSpan.Zero ? NextHeartbeat()
        : NextAfterDenial();

    /// <summary>Returns the pause after a refusal, for which a quick retry does not help.</summary>
    public TimeSpan NextAfterDenial() =>
        Jitter.Extend(Interval > ShortestDeniedRetry ? Interval : ShortestDeniedRetry, _random);
}
