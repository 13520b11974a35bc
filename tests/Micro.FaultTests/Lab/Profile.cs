namespace Micro.FaultTests.Lab;

/// <summary>How much a run does: the fast profile is part of the test suite, the full one is eng/faults.sh.</summary>
internal static class Profile
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("MICRO_FAULTS") == "full";

    /// <summary>The figure of the profile that runs.</summary>
    public static T Pick<T>(T fast, T full) => IsFull ? full : fast;
}
