using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Transport;

/// <summary>Log messages of the transport, events 1200 to 1299.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(1200, LogLevel.Debug, "Connection {Connection} from {Remote} ended: {Reason}", EventName = "ConnectionEnded")]
    public static partial void ConnectionEnded(this ILogger logger, string connection, string? remote, string reason);

    [LoggerMessage(1201, LogLevel.Debug, "Connection {Connection} from {Remote} was aborted: {Reason}", EventName = "ConnectionCut")]
    public static partial void ConnectionCut(this ILogger logger, string connection, string? remote, string reason);

    [LoggerMessage(1202, LogLevel.Error, "Connection {Connection} from {Remote} failed unexpectedly", EventName = "ConnectionFailed")]
    public static partial void ConnectionFailed(this ILogger logger, Exception exception, string connection, string? remote);

    [LoggerMessage(1203, LogLevel.Error, "A check of the connections failed; checks continue", EventName = "ReaperFailed")]
    public static partial void ReaperFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1204, LogLevel.Warning, "A handler's callback on HandlerContext.Stopping failed; the stop continues", EventName = "StoppingCallbackFailed")]
    public static partial void StoppingCallbackFailed(this ILogger logger, Exception exception);

    [LoggerMessage(1207, LogLevel.Warning, "The network addresses of the machine could not be read, consecutive failure {Count}, will retry: {Reason} ({Kind})", EventName = "AddressLookFailed")]
    public static partial void AddressLookFailed(this ILogger logger, int count, string reason, string kind);

    [LoggerMessage(1208, LogLevel.Information, "Closed a connection to the registry: the machine no longer has its local address {Address}", EventName = "LocalAddressLost")]
    public static partial void LocalAddressLost(this ILogger logger, string address);

    [LoggerMessage(1206, LogLevel.Information, "The process was paused for {Pause}; calls whose deadline may have passed meanwhile are refused", EventName = "ProcessPaused")]
    public static partial void ProcessPaused(this ILogger logger, ReadableTime pause);

    [LoggerMessage(1205, LogLevel.Debug, "{Endpoint}: the caller is gone ({Reason})", EventName = "CallerGone")]
    public static partial void CallerGone(this ILogger logger, string endpoint, string reason);

    [LoggerMessage(1210, LogLevel.Debug, "A request from {Remote} was reset: {Reason}", EventName = "RequestReset")]
    public static partial void RequestReset(this ILogger logger, string? remote, string reason);

    [LoggerMessage(1209, LogLevel.Information, "Dropped header '{Name}' from the metadata of a call: its name or value is not valid in HTTP/1.1 ({Unlogged} more since the last message)", EventName = "MetadataDropped")]
    public static partial void MetadataDropped(this ILogger logger, string name, long unlogged);
}
