using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Server;

/// <summary>Log messages of the server, events 1000 to 1099.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(1000, LogLevel.Information, "Transport [http] Listening on {Address}", EventName = "Listening")]
    public static partial void Listening(this ILogger logger, string address);

    [LoggerMessage(1001, LogLevel.Information, "Advertising {Address}: {Reason}", EventName = "Advertising")]
    public static partial void Advertising(this ILogger logger, string address, string reason);

    [LoggerMessage(1002, LogLevel.Error, "{Endpoint} failed, error id {ErrorId}", EventName = "HandlerFailed")]
    public static partial void HandlerFailed(this ILogger logger, Exception exception, string endpoint, string errorId);

    [LoggerMessage(1003, LogLevel.Information, "Stopped; served {Requests} requests, {Errors} of them with an error", EventName = "Stopped")]
    public static partial void Stopped(this ILogger logger, long requests, long errors);

    [LoggerMessage(1004, LogLevel.Warning, "Cancelled {Calls} calls that were still running after the shutdown timeout of {Timeout}", EventName = "CallsCancelled")]
    public static partial void CallsCancelled(this ILogger logger, int calls, ReadableTime timeout);

    [LoggerMessage(1005, LogLevel.Warning, "The machine has no address that other machines can reach; {Address} stays registered until it has one", EventName = "AddressKept")]
    public static partial void AddressKept(this ILogger logger, string address);

    [LoggerMessage(1006, LogLevel.Information, "Ended {Streams} streams that were still open after the stream drain timeout of {Timeout}", EventName = "StreamsEnded")]
    public static partial void StreamsEnded(this ILogger logger, int streams, ReadableTime timeout);

    [LoggerMessage(1007, LogLevel.Warning, "The loopback address {Address} is registered in {Registry}, but callers on other machines cannot reach it. Set --server_address or --server_advertise", EventName = "LoopbackAdvertised")]
    public static partial void LoopbackAdvertised(this ILogger logger, string registry, string address);
}
