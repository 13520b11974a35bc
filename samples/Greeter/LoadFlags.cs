using System.CommandLine;
using System.Globalization;

namespace Greeter;

/// <summary>The flags of a load: <c>--rate</c>, <c>--seconds</c>, <c>--json</c>.</summary>
internal sealed class LoadFlags
{
    private const long MaxRate = 1_000_000;
    private const long MaxSeconds = 86_400;
    private readonly Option<string> _rate = new("--rate") { Description = "calls per second of a load, 1 to 1000000 (default: 100)" };
    private readonly Option<string> _seconds = new("--seconds") { Description = "duration of a load in seconds, 1 to 86400 (default: 10)" };
    private readonly Option<bool> _json = new("--json") { Description = "print the result of a load as one line of JSON" };

    public Option[] All => [_rate, _seconds, _json];

    public long Rate { get; private set; } = 100;

    public long Seconds { get; private set; } = 10;

    public bool Json { get; private set; }

    /// <returns><see langword="true"/> when a load is requested.</returns>
    public bool Read(ParseResult parsed, List<string> problems)
    {
        Rate = ReadNumber("--rate", parsed.GetValue(_rate), Rate, MaxRate, problems);
        Seconds = ReadNumber("--seconds", parsed.GetValue(_seconds), Seconds, MaxSeconds, problems);
        Json = parsed.GetValue(_json);
        return parsed.GetValue(_rate) is not null || parsed.GetValue(_seconds) is not null;
    }

    public static long ReadNumber(string flag, string? text, long preset, long most, List<string> problems)
    {
        if (text is null)
        {
            return preset;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
        {
            return number;
        }

        problems.Add($"{flag} '{text}' must be a whole number from 1 to {most}");
        return preset;
    }
}
