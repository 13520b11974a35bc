namespace Micro.FaultTests.Lab;

/// <summary>The verdicts of a run: each figure of a row is a line of the table that eng/faults.sh prints, and a check of the test.</summary>
internal static class FaultTable
{
    private static readonly Lock Gate = new();

    /// <summary>Notes a figure and fails when it misses its target.</summary>
    /// <param name="row">Id of the row, <c>R4</c>.</param>
    /// <param name="what">What was measured, in few words.</param>
    /// <param name="figure">The figure with its unit.</param>
    /// <param name="target">The target as the row states it.</param>
    /// <param name="holds">Whether the figure meets the target.</param>
    /// <param name="because">What else helps to understand a miss.</param>
    public static void Check(string row, string what, string figure, string target, bool holds, string because = "")
    {
        if (Environment.GetEnvironmentVariable("MICRO_FAULTS_TABLE") is { Length: > 0 } file)
        {
            lock (Gate)
            {
                File.AppendAllText(file, $"{row}\t{what}\t{figure}\t{target}\t{(holds ? "holds" : "MISSED")}\n");
            }
        }

        holds.Should().BeTrue("{0}, {1}: {2}, target {3}. {4}", row, what, figure, target, because);
    }

    /// <summary>Checks that no call of a load failed.</summary>
    public static void CheckNothingSurfaced(string row, LoadReport report, string under) =>
        Check(row, $"calls failed, {under}", $"{report.Surfaced.Count} of {report.Calls.Count}", "0", report.Surfaced.Count == 0, report.Kinds);
}
