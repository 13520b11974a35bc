using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Kit;

internal static partial class KitLog
{
    [LoggerMessage(EventId = 1350, EventName = "RegistryRecordSkipped", Level = LogLevel.Warning, Message = "Record {Record} in registry {Registry} is skipped: {Problem}")]
    public static partial void RecordSkipped(ILogger logger, string record, string registry, string problem);

    [LoggerMessage(EventId = 1351, EventName = "RegistryWatchFailed", Level = LogLevel.Warning, Message = "The watch of {Target} in registry {Registry} failed, consecutive failure {Failures}, next attempt in {Pause}: {Reason} ({Kind})")]
    public static partial void WatchFailed(ILogger logger, string target, string registry, int failures, ReadableTime pause, string reason, string kind);

    [LoggerMessage(EventId = 1352, EventName = "RegistryWatchRecovered", Level = LogLevel.Information, Message = "The watch of {Target} in registry {Registry} works again after {Failures} failures in {Outage}")]
    public static partial void WatchRecovered(ILogger logger, string target, string registry, int failures, ReadableTime outage);

    [LoggerMessage(EventId = 1353, EventName = "RegistryNodeExpired", Level = LogLevel.Warning, Message = "Node {Node} of {Service} in registry {Registry} was not renewed within {Ttl}; it has expired")]
    public static partial void NodeExpired(ILogger logger, string node, string service, string registry, ReadableTime ttl);

    [LoggerMessage(EventId = 1354, EventName = "RegistryLossHandlerFailed", Level = LogLevel.Error, Message = "A handler of a lost registration failed")]
    public static partial void LossHandlerFailed(ILogger logger, Exception exception);
}
