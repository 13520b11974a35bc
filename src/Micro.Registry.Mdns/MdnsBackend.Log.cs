using System.Net;
using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Mdns;

internal sealed partial class MdnsBackend
{
    /// <summary>Messages of the mDNS registry, ids 3000 to 3099.</summary>
    internal static partial class Log
    {
        [LoggerMessage(EventId = 3000, EventName = "MdnsOpened", Level = LogLevel.Information, Message = "mDNS uses port {Port} on {Interfaces}")]
        public static partial void Opened(ILogger logger, int port, string interfaces);

        [LoggerMessage(EventId = 3009, EventName = "MdnsInContainer", Level = LogLevel.Information, Message = "mDNS runs in a container: multicast does not cross container networks. For services elsewhere use a registry that all reach, such as --registry=consul or --registry=etcd")]
        public static partial void InContainer(ILogger logger);

        [LoggerMessage(EventId = 3001, EventName = "MdnsInterfacesChanged", Level = LogLevel.Information, Message = "Network interfaces changed, mDNS uses {Interfaces}")]
        public static partial void InterfacesChanged(ILogger logger, string interfaces);

        [LoggerMessage(EventId = 3002, EventName = "MdnsReceiveFailed", Level = LogLevel.Warning, Message = "mDNS could not receive, consecutive failure {Count}, next attempt in {Delay}: {Reason}")]
        public static partial void ReceiveFailed(ILogger logger, int count, ReadableTime delay, string reason);

        [LoggerMessage(EventId = 3007, EventName = "MdnsReceiveRestored", Level = LogLevel.Information, Message = "mDNS receives again after {Count} failures in {Outage}")]
        public static partial void ReceiveRestored(ILogger logger, int count, ReadableTime outage);

        [LoggerMessage(EventId = 3003, EventName = "MdnsSendFailed", Level = LogLevel.Warning, Message = "mDNS cannot send on {Interface}: {Reason}. This is logged once until it works again")]
        public static partial void SendFailed(ILogger logger, string @interface, string reason);

        [LoggerMessage(EventId = 3008, EventName = "MdnsSendRestored", Level = LogLevel.Information, Message = "mDNS sends on {Interface} again")]
        public static partial void SendRestored(ILogger logger, string @interface);

        [LoggerMessage(EventId = 3004, EventName = "MdnsFamilyUnavailable", Level = LogLevel.Information, Message = "mDNS works without {Family}")]
        public static partial void FamilyUnavailable(ILogger logger, string family, Exception exception);

        [LoggerMessage(EventId = 3005, EventName = "MdnsPacketFailed", Level = LogLevel.Error, Message = "An mDNS packet from {Source} could not be handled: {Reason} ({Kind})")]
        public static partial void PacketFailed(ILogger logger, IPEndPoint source, string reason, string kind);

        [LoggerMessage(EventId = 3006, EventName = "MdnsInterfaceRefreshFailed", Level = LogLevel.Warning, Message = "mDNS could not follow a change of network interfaces, consecutive failure {Count}: {Reason}")]
        public static partial void RefreshFailed(ILogger logger, int count, string reason);

        [LoggerMessage(EventId = 3010, EventName = "MdnsPublished", Level = LogLevel.Debug, Message = "mDNS publishes {Instance}, {Bytes} bytes")]
        public static partial void Published(ILogger logger, string instance, int bytes);

        [LoggerMessage(EventId = 3011, EventName = "MdnsWithdrawn", Level = LogLevel.Debug, Message = "mDNS withdrew {Instance}")]
        public static partial void Withdrawn(ILogger logger, string instance);

        [LoggerMessage(EventId = 3012, EventName = "MdnsRecordReduced", Level = LogLevel.Warning, Message = "The record of {Instance} was reduced to {Bytes} bytes: it omits endpoint types or endpoints")]
        public static partial void RecordReduced(ILogger logger, string instance, int bytes);

        [LoggerMessage(EventId = 3013, EventName = "MdnsTaskFailed", Level = LogLevel.Error, Message = "A background task of mDNS failed")]
        public static partial void TaskFailed(ILogger logger, Exception exception);

        [LoggerMessage(EventId = 3014, EventName = "MdnsConflict", Level = LogLevel.Warning, Message = "{Instance} is used by {Other} and by this process ({Own}); node ids must be unique")]
        public static partial void Conflict(ILogger logger, string instance, string other, string own);

        [LoggerMessage(EventId = 3015, EventName = "MdnsRenamed", Level = LogLevel.Warning, Message = "{Instance} now belongs to {Other}; this node is published as {NewInstance}")]
        public static partial void Renamed(ILogger logger, string instance, string other, string newInstance);

        [LoggerMessage(EventId = 3020, EventName = "MdnsRecordSkipped", Level = LogLevel.Warning, Message = "mDNS record {Instance} is skipped: {Problem}")]
        public static partial void RecordSkipped(ILogger logger, string instance, string problem);

        [LoggerMessage(EventId = 3022, EventName = "MdnsSourceLeftOut", Level = LogLevel.Warning, Message = "{Source} announces more than {Limit} nodes of {Service}: its new nodes are ignored until it has announced none for a minute. Raise MaxNodesPerSource if the nodes are yours")]
        public static partial void SourceLeftOut(ILogger logger, IPAddress source, string service, int limit);

        [LoggerMessage(EventId = 3021, EventName = "MdnsMaintenanceFailed", Level = LogLevel.Error, Message = "mDNS cache maintenance failed, consecutive failure {Count}; it continues: {Reason} ({Kind})")]
        public static partial void MaintenanceFailed(ILogger logger, int count, string reason, string kind);
    }
}
