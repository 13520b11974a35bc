namespace HostAndWeb;

/// <summary>A service of the application, shared by web and handlers.</summary>
internal sealed class Visits
{
    private int _count;

    public int Next() => Interlocked.Increment(ref _count);
}
