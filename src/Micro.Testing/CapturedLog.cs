using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Micro.Testing;

/// <summary>One logged event. Immutable.</summary>
/// <param name="Level">The level of the entry.</param>
/// <param name="Id">Number and name of the event.</param>
/// <param name="Message">The text with its values.</param>
/// <param name="Error">The exception logged with it, or <see langword="null"/>.</param>
public sealed record CapturedLog(LogLevel Level, EventId Id, string Message, Exception? Error)
{
    /// <summary>The category of the logger, for example <c>Micro.Server</c>.</summary>
    public string Category { get; init; } = "";

    /// <summary>The span that was active, or <see langword="null"/>.</summary>
    public ActivitySpanId? Span { get; init; }
}
