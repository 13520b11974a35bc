using Microsoft.Extensions.Logging;

namespace Micro.Basics;

/// <summary>Creates the loggers of the framework.</summary>
internal static class LineLoggers
{
    /// <summary>Creates a logger whose messages are one line each.</summary>
    public static ILogger CreateLineLogger(this ILoggerFactory factory, string category) => new LineLogger(factory.CreateLogger(category));
}
