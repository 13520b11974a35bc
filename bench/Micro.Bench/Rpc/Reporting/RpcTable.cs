using System.Globalization;
using System.Text;
using Micro.Bench.Rpc.Measuring;
using Micro.Bench.Rpc.Rows;

namespace Micro.Bench.Rpc.Reporting;

/// <summary>The figures as a table in Markdown, one per number of callers, readable in a terminal as well.</summary>
internal static class RpcTable
{
    private static readonly (string Title, string Row)[] Comparators =
    [
        ("x raw", RowNames.RawPingPong),
        ("x batch", RowNames.RawBatch),
        ("x h1 pb", RowNames.Http1Protobuf),
        ("x h2 pb", RowNames.Http2Protobuf),
        ("x grpc-dotnet", RowNames.GrpcDotnet),
    ];

    public static string Write(RpcReport report)
    {
        var output = new StringBuilder();
        output.AppendLine(CultureInfo.InvariantCulture, $"Medians of {report.Rounds} rounds. Times in us; CPU and bytes per call of client and server together.");
        output.AppendLine(CultureInfo.InvariantCulture, $"Raw frames are as long as ours: {report.RequestBytes} and {report.ReplyBytes} bytes. The messages of one call take {report.MessageBytes} bytes in memory.");
        output.AppendLine("Half: calls due at half the rate of the closed loop, times from when they were due. x: calls/s of this row by those of another.");
        foreach (var group in report.Results.GroupBy(static result => result.Callers))
        {
            output.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{group.Key} {(group.Key == 1 ? "caller" : "callers")}").AppendLine();
            AppendLine(output, ["row", "calls/s", "p50", "p99", "p99.9", "CPU us", "bytes", "half p50", "half p99", .. Comparators.Select(static entry => entry.Title)]);
            AppendLine(output, ["---", .. Enumerable.Repeat("--:", 8 + Comparators.Length)]);
            foreach (var result in group)
            {
                AppendLine(output, Cells(report, result));
            }
        }

        foreach (var (name, reason) in report.Missing)
        {
            output.AppendLine().Append(name).Append(": not available, ").AppendLine(reason);
        }

        return output.ToString();
    }

    private static IEnumerable<string> Cells(RpcReport report, RowResult result)
    {
        WindowFigures closed = result.Closed;
        return
        [
            result.Name,
            Number(closed.CallsPerSecond, "N0"),
            Number(closed.P50, "N1"),
            Number(closed.P99, "N1"),
            Number(closed.P999, "N1"),
            Number(closed.CpuPerCall, "N2"),
            Number(closed.BytesPerCall, "N0"),
            result.Open is { } open ? Number(open.P50, "N1") : "",
            result.Open is { } half ? Number(half.P99, "N1") : "",
            .. Comparators.Select(entry => report.Find(entry.Row, result.Callers) is { } other
                ? Number(closed.CallsPerSecond / other.Closed.CallsPerSecond, "N2")
                : ""),
        ];
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void AppendLine(StringBuilder output, IEnumerable<string> cells)
    {
        foreach (var (index, cell) in cells.Index())
        {
            output.Append("| ").Append(index == 0 ? cell.PadRight(17) : cell.PadLeft(9)).Append(' ');
        }

        output.AppendLine("|");
    }
}
