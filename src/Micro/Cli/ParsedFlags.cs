using System.CommandLine;
using Micro.Settings;

namespace Micro.Cli;

/// <summary>What the command line says.</summary>
internal sealed record ParsedFlags(
    ParseResult Result,
    IReadOnlyList<GivenValue> Given,
    IReadOnlyList<string> Problems,
    bool AsksForHelp,
    bool AsksForSettings,
    bool AsksForVersion);
