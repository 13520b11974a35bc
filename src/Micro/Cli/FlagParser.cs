using System.CommandLine;
using System.CommandLine.Parsing;
using Micro.Settings;

namespace Micro.Cli;

/// <summary>Reads the command line: one or two dashes, <c>--name=value</c> or <c>--name value</c>, the last one counts.</summary>
internal static class FlagParser
{
    private const int MaxValues = 1000;

    /// <summary>A mistake at the start of a line can make every argument unknown; the first ones show it.</summary>
    private const int MaxUnknown = 20;

    public static ParsedFlags Parse(MicroServiceOptions options, IReadOnlyList<string> arguments)
    {
        // No name of a program: an argument that equals it would be swallowed. No defaults: only what is given counts.
        var command = new Command("arguments");
        var flags = SettingsTable.All
            .Where(static setting => setting.HasFlag)
            .Select(static setting => (Setting: setting, Option: Make(setting)))
            .ToList();
        var help = new Option<bool>("--help", "-help", "-h");
        var version = new Option<bool>("--version", "-version", "-v");
        var settings = new Option<bool>("--settings", "-settings");
        flags.ForEach(flag => command.Options.Add(flag.Option));
        options.UserFlags.ForEach(command.Options.Add);
        command.Options.Add(help);
        command.Options.Add(settings);
        if (options.VersionValue is not null)
        {
            command.Options.Add(version);
        }

        var result = command.Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var problems = new List<string>();
        var given = flags.SelectMany(flag => Read(flag.Setting, result.GetResult(flag.Option), problems)).ToList();
        if (!options.IgnoresUnknownFlags)
        {
            problems.AddRange(result.UnmatchedTokens.Take(MaxUnknown).Select(token => Unknown(token, command)));
        }

        // Errors of the user's own flags; unknown ones are reported above, in our words.
        problems.AddRange(result.Errors
            .Where(static error => error.SymbolResult is OptionResult)
            .Select(static error => error.Message));
        return new ParsedFlags(
            result,
            given,
            problems,
            IsGiven(help),
            IsGiven(settings),
            options.VersionValue is not null && IsGiven(version));

        // A flag without value that is not given still has a result of its own.
        bool IsGiven(Option<bool> flag) => result.GetResult(flag) is { Implicit: false };
    }

    private static Option<string[]> Make(Setting setting) =>
        new(setting.Flag, $"-{setting.Name}") { Arity = new ArgumentArity(0, MaxValues), Description = setting.Help };

    private static IEnumerable<GivenValue> Read(Setting setting, OptionResult? result, List<string> problems)
    {
        if (result is null or { Implicit: true })
        {
            return [];
        }

        if (result.Tokens.Count < result.IdentifierTokenCount)
        {
            problems.Add($"flag {setting.Flag} needs a value: {setting.Flag}=<{setting.Hint}>");
        }

        return result.Tokens.Select(token => new GivenValue(setting, token.Value, setting.Flag));
    }

    private static string Unknown(string token, Command command)
    {
        if (!token.StartsWith('-'))
        {
            return $"unexpected argument '{token}': flags are written --name=value";
        }

        var name = token.Split('=')[0];
        var nearest = NearestName.Find(name.TrimStart('-'), command.Options.Select(static option => option.Name.TrimStart('-')));
        return $"unknown flag '{name}'" + (nearest is null ? ": --help lists the known ones" : $": did you mean '--{nearest}'?");
    }
}
