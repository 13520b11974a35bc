namespace Micro.Registry;

/// <summary>Options of the memory registry. Read once when the registry is created; not safe for concurrent use.</summary>
public sealed class MemoryRegistryOptions
{
    /// <summary>Records that are there from the start and never expire; each needs at least one node.</summary>
    public IReadOnlyList<ServiceRecord> Services { get; set; } = [];

    /// <summary>The interval at which expired nodes are removed: more than zero, at most a day; 1 second by default.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    internal void ThrowIfInvalid(string parameter)
    {
        var problems = new List<string>();
        if (SweepInterval <= TimeSpan.Zero || SweepInterval > TimeSpan.FromDays(1))
        {
            problems.Add($"{nameof(SweepInterval)} {SweepInterval} must be more than zero and at most a day");
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
