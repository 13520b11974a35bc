using Microsoft.Extensions.Logging;

namespace Micro.Bench;

/// <summary>The log of services here: only warnings and errors, to standard error.</summary>
internal static class BenchLog
{
    public static void ToStandardError(ILoggingBuilder logging) => logging
        .AddFilter("Micro", LogLevel.Warning)
        .SetMinimumLevel(LogLevel.Warning)
        .AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
}
