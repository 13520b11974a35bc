namespace Micro.Bench;

/// <summary>Times of repetitions of one step.</summary>
internal sealed class Samples
{
    private readonly List<TimeSpan> _times = [];

    public int Count => _times.Count;

    /// <summary>The median; zero without samples.</summary>
    public TimeSpan Median => At(_times.Count / 2);

    public TimeSpan Longest => At(_times.Count - 1);

    public void Add(TimeSpan time) => _times.Add(time);

    private TimeSpan At(int index) => _times.Count == 0 ? TimeSpan.Zero : _times.Order().ElementAt(index);
}
