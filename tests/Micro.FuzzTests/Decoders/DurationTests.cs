using System.Text;
using Micro.Registry.Consul.Records;
using Micro.Settings;
using Micro.Transport.Messages;
using Xunit.Abstractions;

namespace Micro.FuzzTests.Decoders;

/// <summary>Durations of settings and of the <c>Timeout</c> header.</summary>
public sealed class DurationTests(ITestOutputHelper output) : DecoderTests(output)
{
    private static readonly TimeSpan MostExact = TimeSpan.FromDays(365);

    private protected override FuzzTarget Target { get; } = new(
        "duration",
        Decode,
        [.. new[] { "500ms", "10s", "1m30s", "1.5h", "00:00:10", "1.02:03:04.5", "20", "100ns", "7µs", "30000000000", "600ms" }.Select(Encoding.UTF8.GetBytes)])
    {
        Words = [.. new[] { "ms", "us", "µs", "ns", "h", "m", "s", ".", ":" }.Select(Encoding.UTF8.GetBytes)],
    };

    private static void Decode(byte[] input)
    {
        var text = InputText.Of(input);
        if (DurationText.TryParse(text, input.Length % 2 == 0, out var duration))
        {
            Identity.Require("the sign", true, duration >= TimeSpan.Zero);
            if (duration < MostExact)
            {
                Identity.Require("readable", true, DurationText.TryParse(GoDuration.Format(duration), wholeSeconds: false, out var again));
                Identity.Require("the duration", duration, again);
            }
        }

        if (DeadlineHeader.TryParse(input, out var timeout))
        {
            Identity.Require("a time that is left", true, timeout > TimeSpan.Zero);
        }

        Identity.Require("the order of time", true, DeadlineHeader.ToTimestamp(input, TimeProvider.System, 1000) >= 1000);
    }
}
