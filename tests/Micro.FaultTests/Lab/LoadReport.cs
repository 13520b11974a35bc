using System.Diagnostics;
using System.Globalization;

namespace Micro.FaultTests.Lab;

/// <summary>All calls and attempts of a load. Times are of the machine's monotonic clock, which is also this process's <see cref="Stopwatch"/>.</summary>
internal sealed record LoadReport(IReadOnlyList<LoadReport.Entry> Calls, IReadOnlyList<LoadReport.Entry> Attempts)
{
    /// <summary>Calls that failed for their callers.</summary>
    public IReadOnlyList<Entry> Surfaced => [.. Calls.Where(static call => call.Failed)];

    /// <summary>The kinds of failures with how many there were, for messages.</summary>
    public string Kinds => string.Join(", ", Surfaced.GroupBy(static call => $"{call.Failure} {call.Detail}").OrderByDescending(static group => group.Count()).Take(5).Select(static group => $"{group.Count()} x {group.Key}"));

    public static LoadReport Read(string file)
    {
        var entries = File.ReadLines(file).Select(static line => line.Split('\t')).ToLookup(
            static part => part[0],
            static part => new Entry(Long(part[1]), Long(part[2]), part[3], part[4] == "-" ? null : part[4], part[5]));
        return new LoadReport([.. entries["call"]], [.. entries["attempt"]]);
    }

    /// <summary>What began at or after a time.</summary>
    public LoadReport Since(long timestamp) => new(
        [.. Calls.Where(call => call.Began >= timestamp)],
        [.. Attempts.Where(attempt => attempt.Began >= timestamp)]);

    /// <summary>Calls that succeeded but took at least this long, and calls that failed.</summary>
    public int SlowerThan(TimeSpan limit) => Calls.Count(call => call.Failed || call.Took >= limit);

    /// <summary>Share of attempts that went to a node, 0 to 1.</summary>
    public double ShareOf(string address) => Attempts.Count == 0 ? 0 : (double)Attempts.Count(attempt => attempt.Node == address) / Attempts.Count;

    /// <summary>The time that a part of the calls (0 to 1) did not exceed.</summary>
    public TimeSpan Percentile(double part)
    {
        var sorted = Calls.Select(static call => call.Took).Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, (int)(part * sorted.Count))];
    }

    private static long Long(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    internal sealed record Entry(long Began, long Ended, string Node, string? Failure, string Detail)
    {
        public bool Failed => Failure is not null;

        public TimeSpan Took => Stopwatch.GetElapsedTime(Began, Ended);
    }
}
