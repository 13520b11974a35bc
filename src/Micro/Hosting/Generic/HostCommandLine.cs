using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.DependencyInjection;

namespace Micro.Hosting.Generic;

/// <summary>
/// Finds <c>--help</c>, <c>--version</c> and <c>--settings</c> on the command line of a host. They have no value: the host's
/// configuration drops such a flag at the end of the line, and elsewhere reads the next argument as its value.
/// </summary>
internal static class HostCommandLine
{
    private static readonly string[] Questions = ["--help", "-h", "--version", "--settings"];

    /// <summary>Returns the questions; reads the other arguments again when there are any.</summary>
    /// <param name="options">Gets the other arguments as a configuration.</param>
    /// <param name="services">Container of the host; without a builder's configuration nothing is found.</param>
    public static IReadOnlyList<string> ReadQuestions(MicroServiceOptions options, IServiceProvider services)
    {
        if (services.GetService<IConfiguration>() is not IConfigurationBuilder builder)
        {
            return [];
        }

        var arguments = builder.Sources.OfType<CommandLineConfigurationSource>().SelectMany(static source => source.Args).ToList();
        var found = arguments.Where((argument, at) => IsQuestion(options, argument) && !HasValue(arguments, at)).Distinct(StringComparer.Ordinal).ToList();
        if (found.Count > 0)
        {
            options.Configuration(new ConfigurationBuilder().AddCommandLine([.. arguments.Where(argument => !found.Contains(argument, StringComparer.Ordinal))]).Build());
        }

        return found;
    }

    private static bool IsQuestion(MicroServiceOptions options, string argument) =>
        Questions.Contains(argument, StringComparer.Ordinal)
        && (argument != "--version" || options.VersionValue is not null)
        && !options.UserFlags.Exists(flag => flag.Name == argument);

    /// <summary>Returns <see langword="true"/> for <c>--settings file.json</c>, a flag of the application.</summary>
    private static bool HasValue(List<string> arguments, int at) => at + 1 < arguments.Count && !arguments[at + 1].StartsWith('-');
}
