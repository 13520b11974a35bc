using Micro.Registry;

namespace Micro.Selection;

/// <summary>Options of the registry selector. Read once when the selector is created; not safe for concurrent use.</summary>
public sealed class SelectorOptions
{
    /// <summary>The registry to look nodes up in; required. The selector does not dispose it.</summary>
    public IRegistry? Registry { get; set; }

    /// <summary>The strategy that chooses a node; random by default.</summary>
    public ISelectorStrategy Strategy { get; set; } = SelectorStrategies.Random;

    /// <summary>
    /// The time for which an answer of the registry counts as fresh, 100 ms to 1 day; 1 minute by default. Services in use are
    /// read again at four fifths of it, in the background. Zero disables caching: every pick reads the registry.
    /// </summary>
    public TimeSpan CacheTtl { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Least time between two reads of a service that has nodes, more than zero, at most 1 hour; 5 seconds by default.
    /// A service without nodes is read again after at most 1 second.
    /// </summary>
    public TimeSpan MinimumRetryInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The time for which nodes are used while the registry cannot be reached, not less than <see cref="CacheTtl"/>;
    /// without limit by default. Enforced up to a quarter late.
    /// </summary>
    public TimeSpan? MaxStale { get; set; }

    /// <summary>
    /// The time for which nodes that the registry dropped all at once are kept as a last resort, 0 to 1 hour; 30 seconds by
    /// default, and not sensibly less than the lifetime of registrations. They are used only when no listed node is
    /// usable and forgotten at the first refused connection. Zero forgets them at once.
    /// </summary>
    public TimeSpan KeepLastNodesFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time limit of one read of the registry, more than zero, at most 1 minute; 10 seconds by default.</summary>
    public TimeSpan LookupTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Maximum number of services that are cached and watched, 1 to 100,000; 4,096 by default. Beyond it every pick reads the
    /// registry, until unused services have been forgotten.
    /// </summary>
    public int MaxServices { get; set; } = 4096;

    /// <summary>
    /// Maximum number of sets of filters and strategy whose result is kept per service, 1 to 4,096; 64 by default. Further ones are
    /// computed at every pick.
    /// </summary>
    public int MaxFilterSets { get; set; } = 64;

    /// <summary>Options for the ejection of nodes that fail on the transport level; on by default.</summary>
    public EjectionOptions Ejection { get; } = new();

    /// <summary>The time after which an unused service is forgotten.</summary>
    internal TimeSpan IdleAfter => CacheTtl * 10;

    /// <summary>The age at which an answer is read again, before it is too old.</summary>
    internal TimeSpan RefreshAfter => CacheTtl * 0.8;

    /// <summary>Least time between two reads of a service without nodes, so that a new one is found soon.</summary>
    internal TimeSpan NegativeRetryInterval =>
        MinimumRetryInterval < TimeSpan.FromSeconds(1) ? MinimumRetryInterval : TimeSpan.FromSeconds(1);

    internal void ThrowIfInvalid(string parameter)
    {
        var problems = new List<string>();
        Check(Registry is not null, $"{nameof(Registry)} is missing");
        Check(Strategy is not null, $"{nameof(Strategy)} is missing");
        Check(
            CacheTtl == TimeSpan.Zero || (CacheTtl >= TimeSpan.FromMilliseconds(100) && CacheTtl <= TimeSpan.FromDays(1)),
            $"{nameof(CacheTtl)} {CacheTtl} must be 0 or 100 ms to 1 day");
        Check(
            MinimumRetryInterval > TimeSpan.Zero && MinimumRetryInterval <= TimeSpan.FromHours(1),
            $"{nameof(MinimumRetryInterval)} {MinimumRetryInterval} must be more than 0 and at most 1 hour");
        Check(MaxStale is null || MaxStale >= CacheTtl, $"{nameof(MaxStale)} {MaxStale} must not be less than {nameof(CacheTtl)} {CacheTtl}");
        Check(
            KeepLastNodesFor >= TimeSpan.Zero && KeepLastNodesFor <= TimeSpan.FromHours(1),
            $"{nameof(KeepLastNodesFor)} {KeepLastNodesFor} must be 0 to 1 hour");
        Check(
            LookupTimeout > TimeSpan.Zero && LookupTimeout <= TimeSpan.FromMinutes(1),
            $"{nameof(LookupTimeout)} {LookupTimeout} must be more than 0 and at most 1 minute");
        Check(MaxServices is >= 1 and <= 100_000, FormattableString.Invariant($"{nameof(MaxServices)} {MaxServices} must be 1 to 100000"));
        Check(MaxFilterSets is >= 1 and <= 4096, FormattableString.Invariant($"{nameof(MaxFilterSets)} {MaxFilterSets} must be 1 to 4096"));
        problems.AddRange(Ejection.Problems().Select(problem => $"{nameof(Ejection)}.{problem}"));
        if (problems.Count > 0)
        {
            throw new ArgumentException("selector: " + string.Join("; ", problems), parameter);
        }

        void Check(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
