using Micro.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Micro.Wiring;

/// <summary>Where a service logs, and whether it made that itself.</summary>
internal sealed class ServiceLogging : IDisposable
{
    // With the dot: a filter is a prefix, and "Micro" would also be all of Microsoft.
    private const string Category = "Micro.";
    private readonly bool _isOwned;

    private ServiceLogging(ILoggerFactory factory, bool isOwned)
    {
        Factory = factory;
        _isOwned = isOwned;
    }

    public ILoggerFactory Factory { get; }

    public static ServiceLogging Create(MicroServiceOptions options, LogLevel? level)
    {
        if (options.LoggerFactoryValue is { } given)
        {
            return new ServiceLogging(given, isOwned: false);
        }

        return new ServiceLogging(
            LoggerFactory.Create(builder =>
            {
                builder.AddFilter(Category, level ?? LogLevel.Information);
                if (options.LoggingValue is { } configure)
                {
                    configure(builder);
                    return;
                }

                // Standard output belongs to the program.
                builder.SetMinimumLevel(LogLevel.Warning);
                builder.AddSimpleConsole(static console => console.SingleLine = true);
                builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
                    static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            }),
            isOwned: true);
    }

    /// <summary>Returns the lowest level that is written, in the notation of flags; <see langword="null"/> when nothing is.</summary>
    public static string? LevelOf(ILogger logger)
    {
        for (var level = LogLevel.Trace; level < LogLevel.None; level++)
        {
            if (logger.IsEnabled(level))
            {
                return LogLevelText.Format(level);
            }
        }

        return null;
    }

    public void Dispose()
    {
        if (_isOwned)
        {
            Factory.Dispose();
        }
    }
}
