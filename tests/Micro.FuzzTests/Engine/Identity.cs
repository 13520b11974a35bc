namespace Micro.FuzzTests.Engine;

/// <summary>Checks that what was decoded is the same after it was encoded and decoded again.</summary>
internal static class Identity
{
    /// <exception cref="InvalidOperationException">The two differ.</exception>
    public static void RequireBytes(string what, ReadOnlySpan<byte> first, ReadOnlySpan<byte> again)
    {
        if (!first.SequenceEqual(again))
        {
            throw new InvalidOperationException($"{what} changed: {Convert.ToHexString(first)} became {Convert.ToHexString(again)}");
        }
    }

    /// <exception cref="InvalidOperationException">The two differ.</exception>
    public static void Require<T>(string what, T first, T again)
    {
        if (!EqualityComparer<T>.Default.Equals(first, again))
        {
            throw new InvalidOperationException($"{what} changed: '{first}' became '{again}'");
        }
    }
}
