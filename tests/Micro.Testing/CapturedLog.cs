using Microsoft.Extensions.Logging;

namespace Micro.Testing;

/// <summary>One logged event.</summary>
public sealed record CapturedLog(LogLevel Level, EventId Id, string Message, Exception? Error);
