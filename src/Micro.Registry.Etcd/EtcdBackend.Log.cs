using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Etcd;

internal sealed partial class EtcdBackend
{
    /// <summary>Messages of the etcd registry, ids 5000 to 5099.</summary>
    internal static partial class Log
    {
        [LoggerMessage(EventId = 5000, EventName = "EtcdMovedOn", Level = LogLevel.Information, Message = "etcd member {From} failed; the next one is {To}")]
        public static partial void MovedOn(ILogger logger, Uri from, Uri to);

        [LoggerMessage(EventId = 5001, EventName = "EtcdAuthenticated", Level = LogLevel.Debug, Message = "etcd gave user {User} a new token")]
        public static partial void Authenticated(ILogger logger, string user);

        [LoggerMessage(EventId = 5002, EventName = "EtcdWentBack", Level = LogLevel.Warning, Message = "etcd went back from revision {From} to {To}: its data was deleted or restored. All watches read it again")]
        public static partial void WentBack(ILogger logger, long from, long to);

        [LoggerMessage(EventId = 5003, EventName = "EtcdVerificationSkipped", Level = LogLevel.Warning, Message = "The certificates of etcd are not verified (SkipVerification): an attacker on the network path can read and change all records")]
        public static partial void VerificationSkipped(ILogger logger);

        [LoggerMessage(EventId = 5004, EventName = "EtcdUnreachable", Level = LogLevel.Warning, Message = "No member of etcd can be used; retrying until one can: {Reason}")]
        public static partial void Unreachable(ILogger logger, string reason);

        [LoggerMessage(EventId = 5005, EventName = "EtcdReachable", Level = LogLevel.Information, Message = "etcd can be used again after {Failures} failed attempts")]
        public static partial void Reachable(ILogger logger, int failures);

        [LoggerMessage(EventId = 5010, EventName = "EtcdWritten", Level = LogLevel.Debug, Message = "etcd key {Key} was written with lease {Lease}")]
        public static partial void Written(ILogger logger, string key, long lease);

        [LoggerMessage(EventId = 5011, EventName = "EtcdLeaseLost", Level = LogLevel.Warning, Message = "Lease {Lease} of etcd key {Key} is lost: {Reason}")]
        public static partial void LeaseLost(ILogger logger, string key, long lease, string reason);

        [LoggerMessage(EventId = 5012, EventName = "EtcdRenewalFailed", Level = LogLevel.Warning, Message = "Leases could not be renewed, consecutive failure {Count}, next attempt in {Pause}: {Reason} ({Kind})")]
        public static partial void RenewalFailed(ILogger logger, int count, ReadableTime pause, string reason, string kind);

        [LoggerMessage(EventId = 5018, EventName = "EtcdRenewalRestored", Level = LogLevel.Information, Message = "Leases are renewed again after {Count} failures in {Outage}")]
        public static partial void RenewalRestored(ILogger logger, int count, ReadableTime outage);

        [LoggerMessage(EventId = 5013, EventName = "EtcdLeaseAbandoned", Level = LogLevel.Warning, Message = "Lease {Lease} is no longer renewed: its owner sent no heartbeat for {Limit}")]
        public static partial void LeaseAbandoned(ILogger logger, long lease, ReadableTime limit);

        [LoggerMessage(EventId = 5014, EventName = "EtcdNoTtl", Level = LogLevel.Warning, Message = "etcd key {Key} has no TTL; after a crash of this process it remains")]
        public static partial void NoTtl(ILogger logger, string key);

        [LoggerMessage(EventId = 5015, EventName = "EtcdConflict", Level = LogLevel.Warning, Message = "Node id {Id} is registered by {Other} and by this process ({Own}); node ids must be unique")]
        public static partial void Conflict(ILogger logger, string id, string other, string own);

        [LoggerMessage(EventId = 5016, EventName = "EtcdRevokeFailed", Level = LogLevel.Debug, Message = "Lease {Lease} could not be revoked and expires by itself: {Reason}")]
        public static partial void RevokeFailed(ILogger logger, long lease, string reason);

        [LoggerMessage(EventId = 5017, EventName = "EtcdLeft", Level = LogLevel.Warning, Message = "etcd key {Key} remains, because {Other} has registered the same node id")]
        public static partial void Left(ILogger logger, string key, string other);

        [LoggerMessage(EventId = 5020, EventName = "EtcdValueSkipped", Level = LogLevel.Warning, Message = "etcd key {Key} is skipped: {Problem}")]
        public static partial void ValueSkipped(ILogger logger, string key, string problem);

        [LoggerMessage(EventId = 5031, EventName = "EtcdRelisting", Level = LogLevel.Debug, Message = "The watch of {Service} lists again")]
        public static partial void Relisting(ILogger logger, string service);
    }
}
