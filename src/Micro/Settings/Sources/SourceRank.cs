namespace Micro.Settings.Sources;

/// <summary>How much a source counts, the weakest first.</summary>
internal enum SourceRank
{
    /// <summary>A configuration file, or anything else that is no environment and no command line.</summary>
    Configuration,

    /// <summary>Environment variables.</summary>
    Environment,

    /// <summary>The command line.</summary>
    CommandLine,
}
