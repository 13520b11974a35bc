using System.CommandLine;
using System.CommandLine.Parsing;
using Micro.Basics;
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

        var result = command.Parse([.. arguments.Where(static argument => !IsEmptySetting(argument))], new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        var problems = new List<string>();
        var given = flags.SelectMany(flag => Read(flag.Setting, result.GetResult(flag.Option), problems)).ToList();
        if (!options.IgnoresUnknownFlags)
        {
            problems.AddRange(Unknown(result.UnmatchedTokens).Take(MaxUnknown).Select(token => Unknown(token, command)));
        }

        // Errors of the user's own flags; unknown ones are reported above, in our words.
        problems.AddRange(result.Errors
            .Where(static error => error.SymbolResult is OptionResult)
            .Select(Describe));
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

    /// <summary>Returns <see langword="true"/> for <c>--registry=</c>: an empty value counts as not given, from every source.</summary>
    private static bool IsEmptySetting(string argument) =>
        argument.EndsWith('=') && SettingsTable.All.Any(setting => setting.HasFlag && (argument[..^1] == setting.Flag || argument[..^1] == setting.Flag[1..]));

    /// <summary>Leaves out what stands behind an unknown flag: most likely its value, and no second mistake.</summary>
    private static IEnumerable<string> Unknown(IReadOnlyList<string> tokens) =>
        tokens.Where((token, at) => token.StartsWith('-') || at == 0 || !tokens[at - 1].StartsWith('-') || tokens[at - 1].Contains('=', StringComparison.Ordinal));

    /// <summary>Describes a mistake in a flag of the application; the parser names .NET types, and in the language of the machine.</summary>
    private static string Describe(ParseError error)
    {
        var result = (OptionResult)error.SymbolResult!;
        var type = Nullable.GetUnderlyingType(result.Option.ValueType) ?? result.Option.ValueType;
        if (result.Tokens.Count == 0 && result.Option.Arity.MinimumNumberOfValues > 0)
        {
            return $"flag {result.Option.Name} needs a value: {result.Option.Name}=<value>";
        }

        // A custom check of the application has a message of its own.
        return error.Message.Contains(result.Option.ValueType.ToString(), StringComparison.Ordinal)
            ? $"{result.Option.Name} '{string.Join(' ', result.Tokens.Select(static token => token.Value))}' must be {Describe(type)}"
            : error.Message;
    }

    private static string Describe(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => "one of " + string.Join(", ", Enum.GetNames(type)),
        TypeCode.Boolean => "true or false",
        >= TypeCode.SByte and <= TypeCode.UInt64 => "a whole number",
        >= TypeCode.Single and <= TypeCode.Decimal => "a number",
        _ => $"a value of type {type.Name}",
    };

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
