using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Selection;

/// <summary>The log messages of the selector.</summary>
internal static partial class SelectorLog
{
    [LoggerMessage(EventId = 2000, EventName = "selector.watch_ended", Level = LogLevel.Warning,
        Message = "The watch of {Service} in registry {Registry} ended ({Failures} in a row); known nodes stay in use, next attempt in {Pause}: {Reason} ({Kind})")]
    public static partial void WatchEnded(ILogger logger, string service, string registry, int failures, ReadableTime pause, string reason, string kind);

    [LoggerMessage(EventId = 2009, EventName = "selector.watch_restored", Level = LogLevel.Information,
        Message = "The watch of {Service} in registry {Registry} works again after {Failures} failures in {Outage}")]
    public static partial void WatchRestored(ILogger logger, string service, string registry, int failures, ReadableTime outage);

    [LoggerMessage(EventId = 2001, EventName = "selector.mass_removal", Level = LogLevel.Debug,
        Message = "Registry {Registry} dropped most or all nodes of {Service} at once; reading it again")]
    public static partial void MassRemoval(ILogger logger, string service, string registry);

    [LoggerMessage(EventId = 2002, EventName = "selector.serving_stale", Level = LogLevel.Warning,
        Message = "Serving {Count} nodes of {Service} that the registry has not confirmed for {Age}")]
    public static partial void ServingStale(ILogger logger, string service, int count, ReadableTime age);

    [LoggerMessage(EventId = 2003, EventName = "selector.too_stale", Level = LogLevel.Error,
        Message = "Stopped using the nodes of {Service}: the registry has not confirmed them for {Age}")]
    public static partial void TooStale(ILogger logger, string service, ReadableTime age);

    [LoggerMessage(EventId = 2004, EventName = "selector.forgotten", Level = LogLevel.Debug,
        Message = "Stopped watching {Service}: it has not been requested for a long time")]
    public static partial void Forgotten(ILogger logger, string service);

    [LoggerMessage(EventId = 2005, EventName = "selector.work_failed", Level = LogLevel.Critical,
        Message = "The background refresh of {Service} failed")]
    public static partial void WorkFailed(ILogger logger, string service, Exception error);

    [LoggerMessage(EventId = 2006, EventName = "selector.too_many_services", Level = LogLevel.Warning,
        Message = "The cache is full with {Limit} services; every pick of {Service} reads the registry")]
    public static partial void TooManyServices(ILogger logger, int limit, string service);

    [LoggerMessage(EventId = 2007, EventName = "selector.slow_stop", Level = LogLevel.Warning,
        Message = "Watches of registry {Registry} did not stop within {Limit}")]
    public static partial void SlowStop(ILogger logger, string registry, ReadableTime limit);

    [LoggerMessage(EventId = 2008, EventName = "selector.dropped_nodes_answer", Level = LogLevel.Warning,
        Message = "Nodes of {Service} that registry {Registry} dropped {Age} ago still answer calls and stay in use for a while; check the registry")]
    public static partial void DroppedNodesAnswer(ILogger logger, string service, string registry, ReadableTime age);

    [LoggerMessage(EventId = 2050, EventName = "selector.ejected", Level = LogLevel.Warning,
        Message = "Node {Node} at {Address} of {Service} is ejected for {Pause} after {Failures} failures in a row, the last of kind {Kind}")]
    public static partial void Ejected(ILogger logger, string node, string address, string service, ReadableTime pause, int failures, ErrorKind kind);

    [LoggerMessage(EventId = 2052, EventName = "selector.silent", Level = LogLevel.Warning,
        Message = "Node {Node} at {Address} of {Service} is ejected for {Pause}: calls to it get no reply, and it does not answer on a new connection")]
    public static partial void Silent(ILogger logger, string node, string address, string service, ReadableTime pause);

    [LoggerMessage(EventId = 2053, EventName = "selector.check_failed", Level = LogLevel.Error,
        Message = "The liveness check of node {Node} at {Address} failed: {Reason} ({Kind})")]
    public static partial void CheckFailed(ILogger logger, string node, string address, string reason, string kind);

    [LoggerMessage(EventId = 2051, EventName = "selector.returned", Level = LogLevel.Information,
        Message = "Node {Node} at {Address} of {Service} is in use again")]
    public static partial void Returned(ILogger logger, string node, string address, string service);
}
