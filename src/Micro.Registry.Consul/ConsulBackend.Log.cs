using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Consul;

internal sealed partial class ConsulBackend
{
    /// <summary>Messages of the Consul registry, ids 4000 to 4099.</summary>
    internal static partial class Log
    {
        [LoggerMessage(EventId = 4000, EventName = "ConsulCertificatesNotVerified", Level = LogLevel.Warning, Message = "The certificate of Consul is not verified (SkipVerification): any server on its address receives the token")]
        public static partial void CertificatesNotVerified(ILogger logger);

        [LoggerMessage(EventId = 4001, EventName = "ConsulRegistered", Level = LogLevel.Debug, Message = "Node {NodeId} is registered at Consul agent {Agent}")]
        public static partial void Registered(ILogger logger, string agent, string nodeId);

        [LoggerMessage(EventId = 4002, EventName = "ConsulRegistrationLost", Level = LogLevel.Warning, Message = "Consul has lost the registration of node {NodeId}; it is registered again")]
        public static partial void Lost(ILogger logger, string nodeId);

        [LoggerMessage(EventId = 4004, EventName = "ConsulRegistrationMoved", Level = LogLevel.Warning, Message = "Node {NodeId} moved from Consul agent {From} to {To}")]
        public static partial void Moved(ILogger logger, string nodeId, string from, string to);

        [LoggerMessage(EventId = 4005, EventName = "ConsulStrayRemoved", Level = LogLevel.Information, Message = "Node {NodeId} was removed from Consul agent {Agent}, which it had left")]
        public static partial void StrayRemoved(ILogger logger, string nodeId, string agent);

        [LoggerMessage(EventId = 4006, EventName = "ConsulStrayStays", Level = LogLevel.Debug, Message = "Node {NodeId} is still registered at Consul agent {Agent}, which it left")]
        public static partial void StrayStays(ILogger logger, string nodeId, string agent, Exception exception);

        [LoggerMessage(EventId = 4007, EventName = "ConsulNoCheck", Level = LogLevel.Warning, Message = "Node {NodeId} has no TTL and no check; after a crash it remains in Consul")]
        public static partial void NoCheck(ILogger logger, string nodeId);

        [LoggerMessage(EventId = 4008, EventName = "ConsulTtlNotUsed", Level = LogLevel.Debug, Message = "Consul checks the nodes itself; the register TTL is not used")]
        public static partial void TtlNotUsed(ILogger logger);

        [LoggerMessage(EventId = 4009, EventName = "ConsulMetaOmitted", Level = LogLevel.Warning, Message = "{Count} metadata pairs of node {NodeId} exceed Consul's limits for Meta and are stored in its tags only")]
        public static partial void MetaOmitted(ILogger logger, int count, string nodeId);

        [LoggerMessage(EventId = 4010, EventName = "ConsulConflict", Level = LogLevel.Warning, Message = "Node id {NodeId} is registered by {Other} and by this process ({Own}); node ids must be unique")]
        public static partial void Conflict(ILogger logger, string nodeId, string other, string own);

        [LoggerMessage(EventId = 4011, EventName = "ConsulLeft", Level = LogLevel.Warning, Message = "Node {NodeId} remains in Consul, because {Other} has registered the same id")]
        public static partial void Left(ILogger logger, string nodeId, string other);

        [LoggerMessage(EventId = 4020, EventName = "ConsulEntrySkipped", Level = LogLevel.Warning, Message = "Consul entry {Entry} is skipped: {Problem}")]
        public static partial void EntrySkipped(ILogger logger, string entry, string problem);

        [LoggerMessage(EventId = 4021, EventName = "ConsulWatchFailed", Level = LogLevel.Warning, Message = "The watch of {Target} in Consul failed, consecutive failure {Failures}, next attempt in {Pause}: {Reason} ({Kind})")]
        public static partial void WatchFailed(ILogger logger, string target, int failures, ReadableTime pause, string reason, string kind);

        [LoggerMessage(EventId = 4022, EventName = "ConsulWatchRecovered", Level = LogLevel.Information, Message = "The watch of {Target} in Consul works again after {Failures} failures in {Outage}")]
        public static partial void WatchRecovered(ILogger logger, string target, int failures, ReadableTime outage);

        [LoggerMessage(EventId = 4023, EventName = "ConsulWatchPolls", Level = LogLevel.Warning, Message = "{Target} is polled every 5 s: more than {Capacity} services are watched, or the agent takes no more connections (http_max_conns_per_client)")]
        public static partial void WatchPolls(ILogger logger, string target, int capacity);
    }
}
