using Micro.Bench.Rpc.Measuring;

namespace Micro.Bench.Rpc;

/// <summary>The medians of one row with one number of callers.</summary>
/// <param name="Name">The row.</param>
/// <param name="Callers">Number of concurrent callers.</param>
/// <param name="Closed">Figures at the maximum rate.</param>
/// <param name="Open">Figures at half the rate; <see langword="null"/> when not requested.</param>
internal sealed record RowResult(string Name, int Callers, WindowFigures Closed, WindowFigures? Open);
