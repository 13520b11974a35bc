using Microsoft.Extensions.Logging;

namespace Micro.Transport;

/// <summary>Log messages of the transport, events 1200 to 1299.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(1200, LogLevel.Debug, "Connection {Connection} from {Remote} ended: {Reason}", EventName = "ConnectionEnded")]
    public static partial void ConnectionEnded(this ILogger logger, string connection, string? remote, string reason);

    [LoggerMessage(1201, LogLevel.Debug, "Connection {Connection} from {Remote} was cut: {Reason}", EventName = "ConnectionCut")]
    public static partial void ConnectionCut(this ILogger logger, string connection, string? remote, string reason);

    [LoggerMessage(1202, LogLevel.Error, "Connection {Connection} from {Remote} failed unexpectedly", EventName = "ConnectionFailed")]
    public static partial void ConnectionFailed(this ILogger logger, Exception exception, string connection, string? remote);

    [LoggerMessage(1203, LogLevel.Error, "The watch over connections failed once and goes on", EventName = "ReaperFailed")]
    public static partial void ReaperFailed(this ILogger logger, Exception exception);
}
