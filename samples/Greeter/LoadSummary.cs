using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Greeter;

/// <summary>The result of a load.</summary>
/// <param name="Calls">Number of calls.</param>
/// <param name="Failures">Number of failed calls, by kind.</param>
/// <param name="Attempts">Number of attempts; more than calls when some were repeated.</param>
/// <param name="P50">Microseconds from the planned start within which half of the calls ended.</param>
/// <param name="P99">Microseconds from the planned start within which 99 of 100 calls ended.</param>
internal sealed record LoadSummary(long Calls, IReadOnlyDictionary<string, long> Failures, long Attempts, long P50, long P99)
{
    public long Failed => Failures.Values.Sum();

    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("calls", Calls);
            json.WriteNumber("failed", Failed);
            json.WriteStartObject("failures");
            foreach (var (kind, count) in Failures)
            {
                json.WriteNumber(kind, count);
            }

            json.WriteEndObject();
            json.WriteNumber("attempts", Attempts);
            json.WriteNumber("p50us", P50);
            json.WriteNumber("p99us", P99);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    public override string ToString()
    {
        var failures = Failures.Count == 0 ? "" : $" ({string.Join(", ", Failures.Select(pair => $"{pair.Key} {pair.Value}"))})";
        return string.Create(CultureInfo.InvariantCulture, $"{Calls} calls, {Failed} failed{failures}, {Attempts} attempts, p50 {P50} us, p99 {P99} us");
    }
}
