using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Micro.Testing;

/// <summary>Captures log entries of every level and category for assertions. Safe for concurrent use.</summary>
public sealed class CapturingLoggerFactory : ILoggerFactory
{
    private readonly ConcurrentQueue<CapturedLog> _entries = new();

    /// <summary>The entries so far, oldest first.</summary>
    public IReadOnlyCollection<CapturedLog> Entries => _entries;

    /// <summary>Creates a logger that writes into <see cref="Entries"/>.</summary>
    /// <param name="categoryName">Its category.</param>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Not supported: the factory only captures entries.</summary>
    /// <param name="provider">A provider.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("the factory only captures entries");

    /// <summary>Does nothing: the entries stay, for assertions after the test host has stopped.</summary>
    public void Dispose()
    {
        // Nothing to release.
    }

    private sealed class Logger(CapturingLoggerFactory owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner._entries.Enqueue(new CapturedLog(logLevel, eventId, formatter(state, exception), exception)
            {
                Category = category,
                Span = Activity.Current?.SpanId,
            });
    }
}
