using Microsoft.Extensions.Logging;

namespace Micro.Bench;

/// <summary>Where services log here: warnings and worse to standard error, so that trouble shows and nothing else does.</summary>
internal static class BenchLog
{
    public static void ToStandardError(ILoggingBuilder logging) => logging
        .AddFilter("Micro", LogLevel.Warning)
        .SetMinimumLevel(LogLevel.Warning)
        .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
}
