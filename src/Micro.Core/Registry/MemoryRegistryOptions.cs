namespace Micro.Registry;

/// <summary>Options of the memory registry. Read once when the registry is created; not safe for concurrent use.</summary>
public sealed class MemoryRegistryOptions
{
    /// <summary>Records that are there from the start and never expire; each needs at least one node.</summary>
    public IReadOnlyList<ServiceRecord> Services { get; set; } = [];

    /// <summary>The interval at which expired nodes are removed: more than zero, at most a day; 1 second by default.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Maximum number of events that wait for a slow reader of a watch, 1 to 1,000,000; 1,024 by default. Beyond it the reader gets
    /// the difference in place of the single events.
    /// </summary>
    public int WatchCapacity { get; set; } = 1024;

    internal void ThrowIfInvalid(string parameter)
    {
        var problems = new List<string>();
        if (SweepInterval <= TimeSpan.Zero || SweepInterval > TimeSpan.FromDays(1))
        {
            problems.Add($"{nameof(SweepInterval)} {SweepInterval} must be more than zero and at most a day");
        }

        if (WatchCapacity is < 1 or > 1_000_000)
        {
            problems.Add(FormattableString.Invariant($"{nameof(WatchCapacity)} {WatchCapacity} must be 1 to 1000000"));
        }

        foreach (var service in Services ?? [])
        {
            try
            {
                ServiceRecordRules.ThrowIfInvalid(service);
            }
            catch (ArgumentException error)
            {
                problems.Add($"{nameof(Services)}: {error.Message}");
            }
        }

        if (problems.Count > 0)
        {
            throw new ArgumentException("memory registry: " + string.Join("; ", problems), parameter);
        }
    }
}
