namespace Micro.Bench.Rpc.Measuring;

/// <summary>The figures of one window, or the medians of several. Times in microseconds; CPU and bytes of client and server together.</summary>
internal sealed record WindowFigures(
    double CallsPerSecond,
    double P50,
    double P99,
    double P999,
    double CpuPerCall,
    double BytesPerCall)
{
    /// <summary>Each figure's median over the rounds.</summary>
    public static WindowFigures Median(IReadOnlyCollection<WindowFigures> rounds) => new(
        Of(rounds, static round => round.CallsPerSecond),
        Of(rounds, static round => round.P50),
        Of(rounds, static round => round.P99),
        Of(rounds, static round => round.P999),
        Of(rounds, static round => round.CpuPerCall),
        Of(rounds, static round => round.BytesPerCall));

    private static double Of(IEnumerable<WindowFigures> rounds, Func<WindowFigures, double> figure) => Medians.Of(rounds.Select(figure));
}
