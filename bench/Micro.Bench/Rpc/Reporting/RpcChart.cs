using System.Globalization;
using System.Text;

namespace Micro.Bench.Rpc.Reporting;

/// <summary>A bar chart of calls per second, one panel per number of callers, each bar with its figures.</summary>
internal static class RpcChart
{
    private const int Width = 860;
    private const int Labels = 150;
    private const int Bars = 430;
    private const int Line = 24;
    private const int Head = 44;
    private const int Gap = 18;

    public static string Write(RpcReport report)
    {
        var panels = report.Results.GroupBy(static result => result.Callers).Select(static group => group.ToArray()).ToArray();
        var height = Head + panels.Sum(static panel => Head + (panel.Length * Line) + Gap);
        var output = new StringBuilder();
        output.AppendLine(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{height}\" viewBox=\"0 0 {Width} {height}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#1b1f24\">");
        output.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        output.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"16\" y=\"28\" font-size=\"17\" font-weight=\"bold\">Unary echo over loopback, calls per second (medians of {report.Rounds} rounds)</text>");
        var top = Head;
        foreach (var panel in panels)
        {
            AppendPanel(output, panel, top);
            top += Head + (panel.Length * Line) + Gap;
        }

        return output.AppendLine("</svg>").ToString();
    }

    private static void AppendPanel(StringBuilder output, RowResult[] panel, int top)
    {
        var most = panel.Max(static result => result.Closed.CallsPerSecond);
        output.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"16\" y=\"{top + 30}\" font-size=\"15\">{panel[0].Callers} {(panel[0].Callers == 1 ? "caller" : "callers")}</text>");
        foreach (var (index, result) in panel.Index())
        {
            var y = top + Head + (index * Line);
            var width = result.Closed.CallsPerSecond / most * Bars;
            output.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Labels}\" y=\"{y + 13}\" text-anchor=\"end\">{result.Name}</text>");
            output.AppendLine(CultureInfo.InvariantCulture, $"<rect x=\"{Labels + 10}\" y=\"{y}\" width=\"{width:0.#}\" height=\"17\" fill=\"{ColorOf(result.Name)}\"/>");
            output.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{Labels + 16 + width:0.#}\" y=\"{y + 13}\" font-size=\"12\">{result.Closed.CallsPerSecond:N0} · p50 {result.Closed.P50:N0} µs · p99 {result.Closed.P99:N0} µs</text>");
        }
    }

    /// <summary>Returns the color of a bar; rows of this framework stand out.</summary>
    private static string ColorOf(string name) =>
        name.StartsWith("raw", StringComparison.Ordinal) ? "#9aa4ae"
        : name.StartsWith("http", StringComparison.Ordinal) ? "#d9a441"
        : "#2f6fb5";
}
