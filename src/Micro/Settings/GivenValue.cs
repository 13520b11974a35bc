using Micro.Settings.Sources;

namespace Micro.Settings;

/// <summary>A value that somebody gave, and where: <c>--registry</c>, <c>MICRO_REGISTRY</c> or <c>Micro:Registry</c>.</summary>
internal sealed record GivenValue(Setting Setting, string Value, string Origin, SourceRank Rank = SourceRank.CommandLine)
{
    /// <summary>The members of a configuration's list or section, which may hold commas; <see langword="null"/> for text.</summary>
    public IReadOnlyList<string>? Members { get; init; }
}
