namespace Micro.AbuseTests.Lab;

/// <summary>Lengths of attacks: the fast profile is part of the test suite, <c>MICRO_ABUSE=full</c> runs as long as the targets say.</summary>
internal static class AbuseProfile
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("MICRO_ABUSE") == "full";

    /// <summary>Returns the figure of the profile that runs.</summary>
    public static T Pick<T>(T fast, T full) => IsFull ? full : fast;
}
