using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Selection;

/// <summary>What the selector logs.</summary>
internal static partial class SelectorLog
{
    [LoggerMessage(EventId = 2000, EventName = "selector.watch_ended", Level = LogLevel.Warning,
        Message = "The watch of {Service} in registry {Registry} ended, failure {Failures} in a row, known nodes stay in use; next try in {Pause}: {Reason} ({Kind})")]
    public static partial void WatchEnded(ILogger logger, string service, string registry, int failures, ReadableTime pause, string reason, string kind);

    [LoggerMessage(EventId = 2009, EventName = "selector.watch_restored", Level = LogLevel.Information,
        Message = "{Service} is watched in registry {Registry} again, after {Failures} failures in {Outage}")]
    public static partial void WatchRestored(ILogger logger, string service, string registry, int failures, ReadableTime outage);

    [LoggerMessage(EventId = 2001, EventName = "selector.mass_removal", Level = LogLevel.Debug,
        Message = "Registry {Registry} dropped most or all nodes of {Service} at once: reading it again")]
    public static partial void MassRemoval(ILogger logger, string service, string registry);

    [LoggerMessage(EventId = 2002, EventName = "selector.serving_stale", Level = LogLevel.Warning,
        Message = "Serving {Count} nodes of {Service} that the registry has not confirmed for {Age}")]
    public static partial void ServingStale(ILogger logger, string service, int count, ReadableTime age);

    [LoggerMessage(EventId = 2003, EventName = "selector.too_stale", Level = LogLevel.Error,
        Message = "The nodes of {Service} were not confirmed for {Age}: not used any more")]
    public static partial void TooStale(ILogger logger, string service, ReadableTime age);

    [LoggerMessage(EventId = 2004, EventName = "selector.forgotten", Level = LogLevel.Debug,
        Message = "Nobody asked for {Service} for a long time: its watch ends")]
    public static partial void Forgotten(ILogger logger, string service);

    [LoggerMessage(EventId = 2005, EventName = "selector.work_failed", Level = LogLevel.Critical,
        Message = "The work that keeps {Service} fresh failed")]
    public static partial void WorkFailed(ILogger logger, string service, Exception error);

    [LoggerMessage(EventId = 2006, EventName = "selector.too_many_services", Level = LogLevel.Warning,
        Message = "{Limit} services are cached already: the registry is asked at every pick of {Service}")]
    public static partial void TooManyServices(ILogger logger, int limit, string service);

    [LoggerMessage(EventId = 2007, EventName = "selector.slow_stop", Level = LogLevel.Warning,
        Message = "Watches of registry {Registry} did not end within {Limit}")]
    public static partial void SlowStop(ILogger logger, string registry, ReadableTime limit);

    [LoggerMessage(EventId = 2008, EventName = "selector.dropped_nodes_answer", Level = LogLevel.Warning,
        Message = "Nodes of {Service} that registry {Registry} dropped {Age} ago still answer calls: they stay in use for a while, check the registry")]
    public static partial void DroppedNodesAnswer(ILogger logger, string service, string registry, ReadableTime age);

    [LoggerMessage(EventId = 2050, EventName = "selector.ejected", Level = LogLevel.Warning,
        Message = "Node {Node} at {Address} of {Service} is left out for {Pause}: {Failures} failures in a row, the last of kind {Kind}")]
    public static partial void Ejected(ILogger logger, string node, string address, string service, ReadableTime pause, int failures, ErrorKind kind);

    [LoggerMessage(EventId = 2052, EventName = "selector.silent", Level = LogLevel.Warning,
        Message = "Node {Node} at {Address} of {Service} is left out for {Pause}: calls to it wait in silence, and it does not answer on a new connection")]
    public static partial void Silent(ILogger logger, string node, string address, string service, ReadableTime pause);

    [LoggerMessage(EventId = 2053, EventName = "selector.check_failed", Level = LogLevel.Error,
        Message = "Node {Node} at {Address} could not be asked whether it lives: {Reason} ({Kind})")]
    public static partial void CheckFailed(ILogger logger, string node, string address, string reason, string kind);

    [LoggerMessage(EventId = 2051, EventName = "selector.returned", Level = LogLevel.Information,
        Message = "Node {Node} at {Address} of {Service} takes part again")]
    public static partial void Returned(ILogger logger, string node, string address, string service);
}
