using Microsoft.Extensions.Configuration;

namespace Micro.Settings.Sources;

/// <summary>One place that settings may come from: a file, the environment or the command line.</summary>
/// <param name="Rank">How much it counts.</param>
/// <param name="Values">What it holds, and nothing else.</param>
/// <param name="File">Its file, if it is one.</param>
internal sealed record SettingSource(SourceRank Rank, IConfiguration Values, string? File = null)
{
    /// <summary>A key as people write it in this source.</summary>
    public string Spell(string key) => Rank switch
    {
        SourceRank.CommandLine => $"--{key}",
        SourceRank.Environment => key.Replace(":", "__", StringComparison.Ordinal),
        _ => File is null ? key : $"{key} in {File}",
    };
}
