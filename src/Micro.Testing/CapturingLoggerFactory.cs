using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Micro.Testing;

/// <summary>Keeps what is logged, of every level and category, for tests that expect it. Safe for concurrent use.</summary>
public sealed class CapturingLoggerFactory : ILoggerFactory
{
    private readonly ConcurrentQueue<CapturedLog> _entries = new();

    /// <summary>The entries so far, oldest first.</summary>
    public IReadOnlyCollection<CapturedLog> Entries => _entries;

    /// <summary>Creates a logger that writes into <see cref="Entries"/>.</summary>
    /// <param name="categoryName">Its category.</param>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Not possible: what is logged stays here.</summary>
    /// <param name="provider">A provider.</param>
    /// <exception cref="NotSupportedException">Always.</exception>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("what is logged stays here");

    /// <summary>Does nothing: the entries stay, for asserting after everything has stopped.</summary>
    public void Dispose()
    {
        // Nothing is held.
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
