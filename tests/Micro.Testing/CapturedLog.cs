using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Micro.Testing;

/// <summary>One logged event.</summary>
public sealed record CapturedLog(LogLevel Level, EventId Id, string Message, Exception? Error)
{
    /// <summary>The span that was current.</summary>
    public ActivitySpanId? Span { get; init; }
}
