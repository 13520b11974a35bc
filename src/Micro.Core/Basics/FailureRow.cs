using System.Text;
using Microsoft.Extensions.Logging;

namespace Micro.Basics;

/// <summary>
/// The consecutive failures of work that is retried forever. Decides which of them are logged as warnings: the first, each
/// new cause, and one a minute. All failures are logged with their stack at Debug. The end of a row is reported once. Safe
/// for concurrent use.
/// </summary>
/// <param name="work">Name of the work in Debug messages, such as "The watch of greeter".</param>
/// <param name="time">The clock; its monotonic time is used.</param>
/// <param name="logger">The logger for Debug messages.</param>
internal sealed partial class FailureRow(string work, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Maximum number of warnings within <see cref="Interval"/> over several rows, in case work fails intermittently.</summary>
    private const int MaxWarnings = 5;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _causes = new(StringComparer.Ordinal);
    private long? _intervalBegan;
    private long _began;
    private int _count;
    private int _warnings;
    private bool _isWarned;

    /// <summary>Gets the number of failures since the last success.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Counts a failure, and logs it with its stack at Debug.</summary>
    /// <returns><see langword="true"/> to log a warning, which needs no stack.</returns>
    public bool Add(Exception error)
    {
        int count;
        bool isWarned;
        lock (_gate)
        {
            count = ++_count;
            isWarned = IsNews(error);
            _isWarned |= isWarned;
        }

        LogFailure(logger, error, work, count);
        return isWarned;
    }

    /// <summary>Ends the row: the work succeeded.</summary>
    /// <param name="count">The failures of the row.</param>
    /// <param name="lasted">The time since the first of them.</param>
    /// <returns><see langword="true"/> to report the end, because warnings were logged.</returns>
    public bool End(out int count, out TimeSpan lasted)
    {
        lock (_gate)
        {
            (count, lasted) = (_count, _count == 0 ? TimeSpan.Zero : time.GetElapsedTime(_began));
            var isReported = _isWarned;
            (_count, _isWarned) = (0, false);
            return isReported;
        }
    }

    /// <summary>Ends the row without a report.</summary>
    public void End() => End(out _, out _);

    /// <summary>Returns the message of an error on one line; an aggregate of errors has the message of the first.</summary>
    public static string TextOf(Exception error) =>
        error is AggregateException { InnerExceptions: [var first, ..] } ? TextOf(first) : error.Message.ReplaceLineEndings(" ");

    /// <summary>Returns the kind of an error in one word: "RegistryUnavailable".</summary>
    public static string KindOf(Exception error)
    {
        var name = (error is AggregateException { InnerExceptions: [var first, ..] } ? first : error).GetType().Name;
        return name.EndsWith(nameof(Exception), StringComparison.Ordinal) && name.Length > nameof(Exception).Length ? name[..^nameof(Exception).Length] : name;
    }

    private bool IsNews(Exception error)
    {
        var now = time.GetTimestamp();
        if (_intervalBegan is not { } began || time.GetElapsedTime(began, now) >= Interval)
        {
            _intervalBegan = now;
            _warnings = 0;
            _causes.Clear();
        }

        if (_count == 1)
        {
            _began = now;
            _causes.Clear();
        }

        return _warnings < MaxWarnings && _causes.Add(CauseOf(error)) && ++_warnings > 0;
    }

    /// <summary>Returns the part of an error that identifies its cause; times and ports in the message may differ each time.</summary>
    private static string CauseOf(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        var text = new StringBuilder(error.GetType().Name);
        foreach (var character in error.Message)
        {
            if (!char.IsAsciiDigit(character))
            {
                text.Append(character);
            }
        }

        return text.ToString();
    }

    [LoggerMessage(1340, LogLevel.Debug, "{Work}: consecutive failure {Count}", EventName = "FailureInARow")]
    private static partial void LogFailure(ILogger logger, Exception error, string work, int count);
}
