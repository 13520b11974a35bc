using System.CommandLine;
using Micro.Settings;

namespace Micro.Cli;

/// <summary>The parsed command line.</summary>
internal sealed record ParsedFlags(
    ParseResult Result,
    IReadOnlyList<GivenValue> Given,
    IReadOnlyList<string> Problems,
    bool AsksForHelp,
    bool AsksForSettings,
    bool AsksForVersion);
