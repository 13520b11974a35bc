namespace Micro.Selection.Snapshots;

/// <summary>
/// Distinguishes the end of single nodes from a registry that loses its data: all nodes gone, or more than half of four
/// or more within five seconds. Not safe for concurrent use.
/// </summary>
internal sealed class RemovalGuard(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private readonly List<(Suspect Suspect, long At)> _recent = [];

    /// <summary>Returns whether a removal is more than the end of some nodes.</summary>
    /// <param name="before">Number of nodes listed before it.</param>
    /// <param name="removed">Number of nodes it removes.</param>
    public bool IsMassive(int before, int removed)
    {
        if (removed == 0)
        {
            return false;
        }

        Forget();
        var atTheStart = before + _recent.Count;
        return removed >= before || (atTheStart >= 4 && (removed + _recent.Count) * 2 > atTheStart);
    }

    /// <summary>Records nodes that were removed one by one.</summary>
    public void Remember(IEnumerable<Suspect> removed)
    {
        Forget();
        var now = time.GetTimestamp();
        _recent.AddRange(removed.Select(suspect => (suspect, now)));
    }

    /// <summary>Returns the nodes removed in the last seconds, which turned out to be part of a massive removal.</summary>
    public IReadOnlyList<Suspect> TakeRecent()
    {
        Forget();
        Suspect[] recent = [.. _recent.Select(entry => entry.Suspect)];
        _recent.Clear();
        return recent;
    }

    private void Forget()
    {
        var now = time.GetTimestamp();
        _recent.RemoveAll(entry => time.GetElapsedTime(entry.At, now) > Window);
    }
}
