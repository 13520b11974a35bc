using System.Globalization;
using System.Text;
using Micro.Bench.Rpc.Rows;

namespace Micro.Bench.Rpc.Reporting;

/// <summary>The targets, each a ratio within this run, and their results.</summary>
internal static class RpcTargets
{
    private const int Many = 64;
    private const double MostBytes = 400;

    public static string Write(RpcReport report)
    {
        var output = new StringBuilder();
        output.AppendLine("| target | aim | reached | |");
        output.AppendLine("|---|---|--:|---|");
        foreach (var (name, aim, reached, isMet) in Rows(report))
        {
            output.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {aim} | {reached:N2} | {(isMet ? "met" : "*missed*")} |");
        }

        return output.ToString();
    }

    private static IEnumerable<(string Name, string Aim, double Reached, bool IsMet)> Rows(RpcReport report)
    {
        foreach (var (name, other, least) in ((string, string, double)[])
            [
                (RowNames.MucpMultiplexed, RowNames.Http2Protobuf, 2),
                (RowNames.MucpMultiplexed, RowNames.RawPingPong, 3),
                (RowNames.MucpExclusive, RowNames.Http1Protobuf, 1),
                (RowNames.Grpc, RowNames.Http2Protobuf, 0.8),
            ])
        {
            if (report.Find(name, Many) is { } ours && report.Find(other, Many) is { } theirs)
            {
                var ratio = ours.Closed.CallsPerSecond / theirs.Closed.CallsPerSecond;
                yield return ($"{name}, {Many} callers, calls/s by those of {other}", FormattableString.Invariant($"≥ {least:0.0}"), ratio, ratio >= least);
            }
        }

        foreach (var (name, other, least) in ((string, string, double)[])
            [
                (RowNames.Grpc, RowNames.GrpcDotnet, 0.95),
                (RowNames.GrpcStub, RowNames.GrpcDotnet, 0.95),
                (RowNames.MucpStub, RowNames.MucpMultiplexed, 0.9),
            ])
        {
            foreach (var callers in (int[])[1, 16, Many])
            {
                if (report.Find(name, callers) is { } ours && report.Find(other, callers) is { } theirs)
                {
                    var ratio = ours.Closed.CallsPerSecond / theirs.Closed.CallsPerSecond;
                    yield return ($"{name}, {callers} {(callers == 1 ? "caller" : "callers")}, calls/s by those of {other}", FormattableString.Invariant($"≥ {least:0.00}"), ratio, ratio >= least);
                }
            }
        }

        foreach (var name in (string[])[RowNames.MucpMultiplexed, RowNames.MucpExclusive])
        {
            if (report.Find(name, 1) is { } ours && report.Find(RowNames.RawPingPong, 1) is { } raw)
            {
                var ratio = ours.Closed.P50 / raw.Closed.P50;
                yield return ($"{name}, 1 caller, p50 by that of {RowNames.RawPingPong}", "≤ 1.1", ratio, ratio <= 1.1);
            }
        }

        foreach (var name in (string[])[RowNames.MucpMultiplexed, RowNames.MucpExclusive, RowNames.Grpc])
        {
            if (report.Find(name, Many) is not { } ours)
            {
                continue;
            }

            if (ours.Open is { } half)
            {
                yield return ($"{name}, {Many} callers at half the rate, p99 by p50", "≤ 5", half.P99 / half.P50, half.P99 <= 5 * half.P50);
            }

            var bytes = ours.Closed.BytesPerCall - report.MessageBytes;
            yield return ($"{name}, {Many} callers, bytes per call beyond the messages", "≤ 400", bytes, bytes <= MostBytes);
        }
    }
}
