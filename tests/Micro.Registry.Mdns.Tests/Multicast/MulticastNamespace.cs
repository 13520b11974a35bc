namespace Micro.Registry.Mdns.Tests.Multicast;

/// <summary>Whether the tests run in a network namespace of their own, where multicast stays off the wire.</summary>
internal static class MulticastNamespace
{
    public static string? SkipReason => Environment.GetEnvironmentVariable("MICRO_TEST_MULTICAST") == "1"
        ? null
        : "multicast tests run only in a network namespace of their own (MICRO_TEST_MULTICAST=1, set by test.sh as root)";

    public static void SkipUnlessInside() => Skip.IfNot(SkipReason is null, SkipReason);
}
