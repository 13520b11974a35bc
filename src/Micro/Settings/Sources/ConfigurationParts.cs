using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Micro.Settings.Sources;

/// <summary>
/// Takes a configuration apart again. A host puts files, environment and command line into one pile in which the last
/// added counts; here each counts by what it is, wherever it was added.
/// </summary>
internal static class ConfigurationParts
{
    /// <returns>The sources, in the order in which they were added.</returns>
    public static IEnumerable<SettingSource> Of(IConfiguration configuration) =>
        configuration is IConfigurationRoot root
            ? root.Providers.SelectMany(Of)
            : [new SettingSource(SourceRank.Configuration, configuration)];

    private static IEnumerable<SettingSource> Of(IConfigurationProvider provider) => provider switch
    {
        ChainedConfigurationProvider chained => Of(chained.Configuration),
        EnvironmentVariablesConfigurationProvider => [Make(provider, SourceRank.Environment)],
        CommandLineConfigurationProvider => [Make(provider, SourceRank.CommandLine)],
        FileConfigurationProvider { Source.Path: { } path } => [Make(provider, SourceRank.Configuration) with { File = path }],
        _ => [Make(provider, SourceRank.Configuration)],
    };

    private static SettingSource Make(IConfigurationProvider provider, SourceRank rank) =>
        new(rank, new ConfigurationRoot([new ReadOnlyProvider(provider)]));
}
