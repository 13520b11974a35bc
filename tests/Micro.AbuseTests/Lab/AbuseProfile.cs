namespace Micro.AbuseTests.Lab;

/// <summary>How long attacks last: the fast profile is part of the test suite, <c>MICRO_ABUSE=full</c> runs the lengths of the targets.</summary>
internal static class AbuseProfile
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("MICRO_ABUSE") == "full";

    /// <summary>Returns the figure of the profile that runs.</summary>
    public static T Pick<T>(T fast, T full) => IsFull ? full : fast;
}
