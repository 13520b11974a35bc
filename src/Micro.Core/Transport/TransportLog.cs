using Micro.Basics;
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

    [LoggerMessage(1204, LogLevel.Warning, "A handler's callback on HandlerContext.Stopping failed; the stop goes on", EventName = "StoppingCallbackFailed")]
    public static partial void StoppingCallbackFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1207, LogLevel.Warning, "The network addresses of the machine could not be read, failure {Count} in a row; the next look tries again: {Reason} ({Kind})", EventName = "AddressLookFailed")]
    public static partial void AddressLookFailed(this ILogger logger, int count, string reason, string kind);

    [LoggerMessage(1208, LogLevel.Information, "Closes a connection to the registry: the machine no longer has its address {Address}", EventName = "LocalAddressLost")]
    public static partial void LocalAddressLost(this ILogger logger, string address);

    [LoggerMessage(1206, LogLevel.Information, "The process stood still for {Pause}; calls that waited until their deadline may have passed are refused", EventName = "StoodStill")]
    public static partial void StoodStill(this ILogger logger, ReadableTime pause);

    [LoggerMessage(1205, LogLevel.Debug, "{Endpoint}: the caller is gone ({Reason})", EventName = "CallerGone")]
    public static partial void CallerGone(this ILogger logger, string endpoint, string reason);

    [LoggerMessage(1210, LogLevel.Debug, "A request from {Remote} was reset: {Reason}", EventName = "RequestReset")]
    public static partial void RequestReset(this ILogger logger, string? remote, string reason);

    [LoggerMessage(1209, LogLevel.Information, "A header of a call was dropped from its metadata: name '{Name}' or its value is not valid in HTTP/1.1 ({Unlogged} more since the last such message)", EventName = "MetadataDropped")]
    public static partial void MetadataDropped(this ILogger logger, string name, long unlogged);
}
