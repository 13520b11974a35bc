using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Micro.Basics;

/// <summary>
/// Writes messages of one line each. Escapes line breaks and other control characters, which peers and registries can put into
/// names and texts, so that they cannot forge log lines.
/// </summary>
internal sealed class LineLogger(ILogger inner) : ILogger
{
    /// <summary>Control characters, and separators that some viewers show as line breaks.</summary>
    private static readonly SearchValues<char> Breaking = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static code => (char)code).Where(static code => code != '\t'), .. Enumerable.Range(0x7f, 0x21).Select(static code => (char)code), '\u2028', '\u2029']);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        inner.Log(logLevel, eventId, state, exception, (values, failure) => Escape(formatter(values, failure)));

    private static string Escape(string message)
    {
        if (message.AsSpan().IndexOfAny(Breaking) < 0)
        {
            return message;
        }

        var line = new StringBuilder(message.Length + 16);
        foreach (var character in message)
        {
            _ = character switch
            {
                '\n' => line.Append("\\n"),
                '\r' => line.Append("\\r"),
                _ when Breaking.Contains(character) => line.Append("\\u").Append(((int)character).ToString("x4", System.Globalization.CultureInfo.InvariantCulture)),
                _ => line.Append(character),
            };
        }

        return line.ToString();
    }
}
