using Microsoft.Extensions.Logging;

namespace Micro.Settings;

/// <summary>Reads and writes log levels by the names that go-micro gives them.</summary>
internal static class LogLevelText
{
    private static readonly string[] Names = ["trace", "debug", "info", "warn", "error", "fatal"];

    /// <exception cref="FormatException">The name is unknown.</exception>
    public static LogLevel Parse(string text) => (LogLevel)Array.IndexOf(Names, KnownNames.Get("log level", text, Names));

    public static string Format(LogLevel level) => level < LogLevel.None ? Names[(int)level] : "none";
}
