using Micro.Basics;
using Microsoft.Extensions.Logging;

namespace Micro.Registry.Composite;

internal sealed partial class CompositeRegistry
{
    /// <summary>Messages of registries made of several, ids 1330 to 1339.</summary>
    internal static partial class Log
    {
        [LoggerMessage(1330, LogLevel.Warning, "Registry [{Member}] of [{Registry}] lost the registration of {Service}: {Nodes}", EventName = "LostInMember")]
        public static partial void LostInMember(ILogger logger, string member, string registry, string service, string nodes);

        [LoggerMessage(1331, LogLevel.Warning, "Registry [{Member}] of [{Registry}] cannot be watched for {Service}, consecutive failure {Count}, next attempt in {Pause}; the other registries are still watched: {Reason} ({Kind})", EventName = "MemberWatchBroken")]
        public static partial void WatchBroken(ILogger logger, string member, string registry, string service, int count, ReadableTime pause, string reason, string kind);

        [LoggerMessage(1332, LogLevel.Information, "Registry [{Member}] of [{Registry}] is watched for {Service} again after {Count} failed attempts in {Outage}", EventName = "MemberWatchRestored")]
        public static partial void WatchRestored(ILogger logger, string member, string registry, string service, int count, ReadableTime outage);

        [LoggerMessage(1334, LogLevel.Debug, "Registry [{Registry}] was read in part: {Reason}", EventName = "ReadInPart")]
        public static partial void ReadInPart(ILogger logger, string registry, string reason);
    }
}
