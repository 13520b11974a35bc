using System.CommandLine;
using System.Globalization;
using Micro.Bench.Rpc.Rows;

namespace Micro.Bench.Rpc;

/// <summary>The flags of <c>rpc</c>; invalid ones are reported before anything starts.</summary>
internal sealed class RpcFlags
{
    private const int MostCallers = 4096;

    private readonly Option<double> _seconds = new("--seconds") { Description = "duration of one window in seconds, 0.05 to 3600", DefaultValueFactory = static _ => 1 };
    private readonly Option<double> _warmUp = new("--warmup")
    {
        Description = "seconds of warm-up of each row and number of callers, 0 to 3600 (default: 2, or --seconds when that is less)",
        DefaultValueFactory = static _ => -1,
    };

    private readonly Option<int> _rounds = new("--rounds") { Description = "rounds for the medians, 1 to 1000", DefaultValueFactory = static _ => 5 };
    private readonly Option<string> _only = new("--only") { Description = "names of the rows, separated by commas (default: all)", DefaultValueFactory = static _ => string.Join(',', RowNames.All) };
    private readonly Option<string> _callers = new("--callers") { Description = "numbers of concurrent callers, separated by commas", DefaultValueFactory = static _ => "1,16,64,256" };
    private readonly Option<string> _loop = new("--loop") { Description = "closed: maximum rate; both: also half the rate", DefaultValueFactory = static _ => "both" };
    private readonly Option<string?> _json = new("--json") { Description = "file for the figures as JSON" };
    private readonly Option<string?> _svg = new("--svg") { Description = "file for a chart" };

    public RpcFlags()
    {
        Check(_seconds, static value => value is >= 0.05 and <= 3600, "0.05 to 3600");
        Check(_warmUp, static value => value is >= 0 and <= 3600, "0 to 3600");
        Check(_rounds, static value => value is >= 1 and <= 1000, "1 to 1000");
        Check(_only, static value => Split(value) is { Length: > 0 } names && names.All(RowNames.All.Contains), $"names out of: {string.Join(", ", RowNames.All)}");
        Check(_callers, static value => Numbers(value) is { Length: > 0 }, $"numbers of 1 to {MostCallers}");
        Check(_loop, static value => value is "closed" or "both", "closed or both");
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_seconds, _warmUp, _rounds, _only, _callers, _loop, _json, _svg])
        {
            command.Options.Add(option);
        }
    }

    public RpcSettings Read(ParseResult parsed)
    {
        var seconds = parsed.GetValue(_seconds);
        var warmUp = parsed.GetValue(_warmUp);
        return new RpcSettings
        {
            Seconds = TimeSpan.FromSeconds(seconds),
            WarmUp = TimeSpan.FromSeconds(warmUp < 0 ? Math.Min(2, seconds) : warmUp),
            Rounds = parsed.GetValue(_rounds),
            Only = Split(parsed.GetValue(_only)!),
            Callers = Numbers(parsed.GetValue(_callers)!)!,
            OpenLoop = parsed.GetValue(_loop) == "both",
            JsonFile = parsed.GetValue(_json),
            SvgFile = parsed.GetValue(_svg),
        };
    }

    private static void Check<T>(Option<T> option, Func<T, bool> holds, string right) => option.Validators.Add(result =>
    {
        if (!result.Implicit && result.Tokens.Count > 0 && result.GetValueOrDefault<T>() is { } value && !holds(value))
        {
            result.AddError($"{option.Name} '{result.Tokens[0].Value}' must be {right}");
        }
    });

    private static string[] Split(string list) => [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];

    private static int[]? Numbers(string list)
    {
        var numbers = new List<int>();
        foreach (var text in Split(list))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > MostCallers)
            {
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }
}
