using Micro.Settings.Sources;

namespace Micro.Settings;

/// <summary>A value that somebody gave, and where: <c>--registry</c>, <c>MICRO_REGISTRY</c> or <c>Micro:Registry</c>.</summary>
internal sealed record GivenValue(Setting Setting, string Value, string Origin, SourceRank Rank = SourceRank.CommandLine);
