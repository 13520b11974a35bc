using System.Text.Json;
using System.Text.Json.Serialization;

namespace Micro.Bench.Rpc.Reporting;

/// <summary>The figures of the closed loop for other programs.</summary>
internal static class RpcJson
{
    public static string Write(RpcReport report) => JsonSerializer.Serialize(
        [
            .. report.Results.Select(static result => new RpcJsonRow(
                result.Name,
                result.Callers,
                Math.Round(result.Closed.CallsPerSecond, 1),
                Math.Round(result.Closed.P50, 2),
                Math.Round(result.Closed.P99, 2),
                Math.Round(result.Closed.CpuPerCall, 3),
                Math.Round(result.Closed.BytesPerCall, 1))),
        ],
        RpcJsonContext.Default.RpcJsonRowArray);
}

internal sealed record RpcJsonRow(
    string Name,
    int Callers,
    double CallsPerSecond,
    [property: JsonPropertyName("p50us")] double P50,
    [property: JsonPropertyName("p99us")] double P99,
    double CpuUsPerCall,
    double BytesPerCall);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(RpcJsonRow[]))]
internal sealed partial class RpcJsonContext : JsonSerializerContext;
