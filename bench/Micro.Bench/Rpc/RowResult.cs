using Micro.Bench.Rpc.Measuring;

namespace Micro.Bench.Rpc;

/// <summary>The medians of one row with one number of callers.</summary>
/// <param name="Name">The row.</param>
/// <param name="Callers">How many called at a time.</param>
/// <param name="Closed">As many calls as it can do.</param>
/// <param name="Open">Half as many; <see langword="null"/> when that was not asked for.</param>
internal sealed record RowResult(string Name, int Callers, WindowFigures Closed, WindowFigures? Open);
